import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Exemplar, LabelPair, Timestamp } from '../../model/metric-family.ts';

/** Writes a message field: tag, length, and what `write` writes. */
export function writeMessage<T>(writer: BinaryWriter, tag: number, message: T, write: (writer: BinaryWriter, message: T) => void): void {
  writer.uint32(tag).fork();
  write(writer, message);
  writer.join();
}

export function writeUnknown(writer: BinaryWriter, message: { readonly unknownFields: Uint8Array | null }): void {
  if (message.unknownFields !== null) writer.raw(message.unknownFields);
}

export function writeLabel(writer: BinaryWriter, label: LabelPair): void {
  writer.uint32(10).string(label.name); // name = 1
  writer.uint32(18).string(label.value); // value = 2
}

export function writeExemplar(writer: BinaryWriter, exemplar: Exemplar): void {
  for (const label of exemplar.labels) writeMessage(writer, 10, label, writeLabel); // label = 1
  writer.uint32(17).double(exemplar.value); // value = 2
  if (exemplar.timestamp !== null) writeMessage(writer, 26, exemplar.timestamp, writeTimestamp); // timestamp = 3
  writeUnknown(writer, exemplar);
}

/** Unlike the others a proto3 message, which never writes a zero. */
export function writeTimestamp(writer: BinaryWriter, timestamp: Timestamp): void {
  if (timestamp.seconds !== 0n) writer.uint32(8).int64(timestamp.seconds); // seconds = 1
  if (timestamp.nanos !== 0) writer.uint32(16).int32(timestamp.nanos); // nanos = 2
  writeUnknown(writer, timestamp);
}
