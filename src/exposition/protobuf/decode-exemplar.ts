import type { Draft } from '../../model/metric-draft.ts';
import type { Exemplar, LabelPair, Timestamp } from '../../model/metric-family.ts';
import { keepUnknownField, readInto } from './draft.ts';
import type { WireReader } from './wire-reader.ts';

/** What a label pair holds besides name and value is dropped: the model has no place for it, and nobody ever sent any. */
export function readLabel(reader: WireReader): LabelPair {
  let name = '';
  let value = '';
  reader.countPart();
  const outer = reader.enter();
  while (reader.hasMore()) {
    const tag = reader.tag();
    switch (tag) {
      case 10: // name = 1
        name = reader.string('a label name');
        break;
      case 18: // value = 2
        value = reader.string('a label value');
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outer);
  return { name, value };
}

export function createExemplar(): Draft<Exemplar> {
  return { labels: [], value: 0, timestamp: null, unknownFields: null };
}

export function readExemplar(reader: WireReader, into: Draft<Exemplar>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 10: // label = 1
        into.labels.push(readLabel(reader));
        break;
      case 17: // value = 2
        into.value = reader.double();
        break;
      case 26: // timestamp = 3
        into.timestamp = readInto(reader, into.timestamp ?? createTimestamp(), readTimestamp);
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}

export function createTimestamp(): Draft<Timestamp> {
  return { seconds: 0n, nanos: 0, unknownFields: null };
}

export function readTimestamp(reader: WireReader, into: Draft<Timestamp>): void {
  while (reader.hasMore()) {
    const start = reader.pos;
    const tag = reader.tag();
    switch (tag) {
      case 8: // seconds = 1
        into.seconds = reader.int64();
        break;
      case 16: // nanos = 2
        into.nanos = reader.int32();
        break;
      default:
        keepUnknownField(reader, tag, start, into);
    }
  }
}
