import type { Draft } from '../../model/metric-draft.ts';
import type { WireReader } from './wire-reader.ts';

/** Reads fields up to the limit of the reader. Called twice on one draft it merges, as protobuf wants of a message field that comes twice. */
export type ReadMessage<T> = (reader: WireReader, into: Draft<T>) => void;

/** Reads a message field: its length, then its fields into the draft, which it returns. */
export function readInto<T>(reader: WireReader, into: Draft<T>, readMessage: ReadMessage<T>): Draft<T> {
  const outer = reader.enter();
  readMessage(reader, into);
  reader.leave(outer);
  return into;
}

/** As `readInto` for a field that may come any number of times: each counts as a part of the push. */
export function readItem<T>(reader: WireReader, into: Draft<T>, readMessage: ReadMessage<T>): Draft<T> {
  reader.countPart();
  return readInto(reader, into, readMessage);
}

/** Reads a repeated number that came packed: a length, then one number behind the other, each a part of the push. */
export function readPacked(reader: WireReader, readOne: () => void): void {
  const outer = reader.enter();
  while (reader.hasMore()) {
    reader.countPart();
    readOne();
  }
  reader.leave(outer);
}

/**
 * Steps over a field that we do not know and keeps it, tag and value, for whoever reads the message after us. To be called right
 * behind the tag, which began at `start`.
 */
export function keepUnknownField(reader: WireReader, tag: number, start: number, into: { unknownFields: Uint8Array | null }): void {
  reader.skip(tag);
  into.unknownFields = appendBytes(into.unknownFields, reader.bytes.subarray(start, reader.pos));
}

/** Appends in place where the buffer under `known` has room, so that a million unknown fields cost no more than their bytes. */
function appendBytes(known: Uint8Array | null, added: Uint8Array): Uint8Array {
  if (known === null) return new Uint8Array(added);
  const length = known.byteLength + added.byteLength;
  let buffer = known.buffer;
  if (buffer.byteLength < length) {
    buffer = new ArrayBuffer(2 * length);
    new Uint8Array(buffer).set(known);
  }
  const joined = new Uint8Array(buffer, 0, length);
  joined.set(added, known.byteLength);
  return joined;
}
