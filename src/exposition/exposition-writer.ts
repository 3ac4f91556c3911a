import { setImmediate as nextTurn } from 'node:timers/promises';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { escapeFamily, escapeName, type EscapingScheme } from '../model/escaping.ts';
import { isLegacyMetricName } from '../model/names.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { ExposedFamily } from './exposed-family.ts';
import { writeChunkBytes } from './limits.ts';
import { encodeFamilyHeader } from './protobuf/codec.ts';
import { writeFamilyHeader } from './ready-text.ts';
import { sortMetrics } from './metric-order.ts';
import { FieldWriter } from './page/field-writer.ts';
import { borrowWriter, returnWriter } from './page/line-writer.ts';

/** The text exposition (0.0.4 and 1.0.0). A chunk is good until the next one is asked for. */
// Hot path: guarded by bench/.
export async function* writeTextExposition(families: Iterable<ExposedFamily>, scheme: EscapingScheme): AsyncGenerator<Uint8Array> {
  const writer = borrowWriter();
  const { page } = writer;
  try {
    for (const { name, help, type, parts } of families) {
      const header = Buffer.from(writeFamilyHeader(name, help, type, scheme));
      yield* page.add(header);
      for (const part of parts) yield* part.writeText(writer, scheme);
    }
    if (!page.isEmpty) yield page.take();
  } finally {
    returnWriter(writer);
  }
}

/** For readers that look ahead: chunks that stay good. */
export async function* copyChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.prototype.slice.call(chunk);
}

/** Varint-length-delimited `io.prometheus.client.MetricFamily` messages, one per family. A chunk is good until the next one is asked for. */
// Hot path: guarded by bench/.
export async function* writeProtobufExposition(families: Iterable<ExposedFamily>, scheme: EscapingScheme): AsyncGenerator<Uint8Array> {
  const lines = borrowWriter();
  try {
    yield* gather(writeMessages(families, new FieldWriter(lines, scheme), scheme));
  } finally {
    returnWriter(lines);
  }
}

/** Protobuf's text format, for people who look: `write` renders one family. */
export async function* writePrototextExposition(
  families: Iterable<ExposedFamily>,
  scheme: EscapingScheme,
  write: (family: MetricFamily) => string,
): AsyncGenerator<Uint8Array> {
  for (const { name, help, type, parts } of families) {
    const members = parts.flatMap((part) => [...part.families()]);
    const metrics = members.flatMap((member) => sortMetrics(member.metrics));
    const whole = { name, help, type, unit: firstUnit(members), metrics, unknownFields: null, flaw: null };
    yield Buffer.from(write(escapeFamily(whole, scheme)));
    await nextTurn();
  }
}

async function* writeMessages(families: Iterable<ExposedFamily>, writer: FieldWriter, scheme: EscapingScheme): AsyncGenerator<Uint8Array> {
  for (const family of families) yield* writeMessage(family, writer, scheme);
}

/** The length of a message comes first, so all of it is encoded before the first byte goes out. */
async function* writeMessage(
  { name, help, type, parts }: ExposedFamily,
  writer: FieldWriter,
  scheme: EscapingScheme,
): AsyncGenerator<Uint8Array> {
  const shownName = isLegacyMetricName(name) ? name : escapeName(name, scheme);
  let nextTurnLength = writeChunkBytes;
  for (const part of parts) {
    for (const _ of part.writeFields(writer)) {
      if (writer.length < nextTurnLength) continue;
      nextTurnLength = writer.length + writeChunkBytes;
      await nextTurn();
    }
  }
  const header = encodeFamilyHeader({ name: shownName, help, type, unit: writer.unit });
  yield new BinaryWriter().uint32(header.length + writer.length).finish();
  yield header;
  yield* writer.take();
}

/** The UNIT that is shown where groups differ, as with HELP where there is one. */
function firstUnit(members: readonly MetricFamily[]): string | null {
  return members.find(({ unit }) => unit !== null)?.unit ?? null;
}

/** Joins small chunks into ones worth a write; large ones pass as they are. */
async function* gather(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gathered = Buffer.allocUnsafeSlow(writeChunkBytes);
  let length = 0;
  for await (const chunk of chunks) {
    if (length + chunk.length > writeChunkBytes && length > 0) {
      yield gathered.subarray(0, length);
      length = 0;
    }
    if (chunk.length > writeChunkBytes / 2) {
      if (length > 0) yield gathered.subarray(0, length);
      length = 0;
      yield chunk;
    } else {
      gathered.set(chunk, length);
      length += chunk.length;
    }
  }
  if (length > 0) yield gathered.subarray(0, length);
}
