import { setImmediate as nextTurn } from 'node:timers/promises';
import { escapeFamily, escapeName, type EscapingScheme } from '../model/escaping.ts';
import { isLegacyMetricName } from '../model/names.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { ExposedFamily, Exposition } from './exposed-family.ts';
import { writeChunkBytes } from './limits.ts';
import { encodeMessageStart } from './protobuf/family-header.ts';
import { writeFamilyHeader } from './ready-text.ts';
import { sortMetrics } from './metric-order.ts';
import { FieldWriter } from './page/field-writer.ts';
import { borrowWriter, type LineWriter, returnWriter } from './page/line-writer.ts';
import { MessageChunk } from './page/message-chunk.ts';

/** The text exposition (0.0.4 and 1.0.0). A chunk is good until the next one is asked for. */
// Hot path: guarded by bench/.
export async function* writeTextExposition(exposition: Exposition, scheme: EscapingScheme): AsyncGenerator<Uint8Array> {
  const writer = borrowWriter(exposition);
  try {
    writer.recall(scheme);
    do {
      addFamilies(writer, exposition.families, scheme);
      yield* writer.write();
    } while (writer.familyCount < exposition.families.length);
    if (!writer.page.isEmpty) yield writer.page.take();
  } finally {
    returnWriter(writer);
  }
}

/** Says what comes next, which the writer may know from the scrape before. No generator: those are long in being compiled. */
function addFamilies(writer: LineWriter, families: readonly ExposedFamily[], scheme: EscapingScheme): void {
  while (writer.familyCount < families.length && !writer.isFull) {
    const { name, help, type, parts } = families[writer.familyCount++] as ExposedFamily;
    writer.addText(writeFamilyHeader(name, help, type, scheme));
    for (const part of parts) part.addLines(writer, scheme);
  }
}

/** For readers that look ahead: chunks that stay good. */
export async function* copyChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.prototype.slice.call(chunk);
}

/** Varint-length-delimited `io.prometheus.client.MetricFamily` messages, one per family. A chunk is good until the next one is asked for. */
// Hot path: guarded by bench/. One generator for all: with one for each step, the way of a small chunk through them took as long as encoding it.
export async function* writeProtobufExposition(exposition: Exposition, scheme: EscapingScheme): AsyncGenerator<Uint8Array> {
  const { families } = exposition;
  const lines = borrowWriter(exposition);
  const writer = new FieldWriter(lines, scheme);
  const chunk = new MessageChunk();
  try {
    for (let next = 0; next < families.length; next++) {
      next = addSmallMessages(families, next, writer, { chunk, scheme });
      const family = families[next];
      if (family === undefined) break;
      if (writer.length === 0) for (const _ of gatherMetrics(family, writer)) await nextTurn();
      for (const piece of finishMessage(family, writer, scheme)) for (const full of chunk.add(piece)) yield full;
    }
    const rest = chunk.take();
    if (rest.length > 0) yield rest;
  } finally {
    returnWriter(lines);
  }
}

/** Protobuf's text format, for people who look: `write` renders one family. */
export async function* writePrototextExposition(
  exposition: Exposition,
  scheme: EscapingScheme,
  write: (family: MetricFamily) => string,
): AsyncGenerator<Uint8Array> {
  for (const { name, help, type, parts } of exposition.families) {
    const members = parts.flatMap((part) => [...part.familiesIn(exposition)]);
    const metrics = members.flatMap((member) => sortMetrics(member.metrics));
    const whole = { name, help, type, unit: firstUnit(members), metrics, unknownFields: null, flaw: null };
    yield Buffer.from(write(escapeFamily(whole, scheme)));
    await nextTurn();
  }
}

/** Where messages go, and how names are written there. */
interface MessageTarget {
  readonly chunk: MessageChunk;
  readonly scheme: EscapingScheme;
}

/**
 * Puts messages into the chunk as long as they are small, from the family at `from` on. Answers which family comes next; if its metrics have
 * been gathered already, the writer holds them.
 */
function addSmallMessages(families: readonly ExposedFamily[], from: number, writer: FieldWriter, target: MessageTarget): number {
  let next = from;
  while (next < families.length && addSmallMessage(families[next] as ExposedFamily, writer, target)) next++;
  return next;
}

function addSmallMessage(family: ExposedFamily, writer: FieldWriter, { chunk, scheme }: MessageTarget): boolean {
  for (const part of family.parts) {
    if (part.addFields(writer)) continue;
    writer.drop();
    return false;
  }
  const start = startMessage(family, writer, scheme);
  const room = chunk.reserve(start.length + writer.length);
  if (room === null) return false;
  room.set(start);
  writer.moveTo(room.subarray(start.length));
  return true;
}

/** Encodes the metrics of a family, and yields whenever others should have a turn. */
function* gatherMetrics({ parts }: ExposedFamily, writer: FieldWriter): Generator<undefined> {
  let nextTurnLength = writeChunkBytes;
  for (const part of parts) {
    for (const _ of part.writeFields(writer)) {
      if (writer.length < nextTurnLength) continue;
      nextTurnLength = writer.length + writeChunkBytes;
      yield;
    }
  }
}

/** The length of a message comes first, so its metrics are there before the first byte goes out. */
function* finishMessage(family: ExposedFamily, writer: FieldWriter, scheme: EscapingScheme): Generator<Uint8Array> {
  yield startMessage(family, writer, scheme);
  yield* writer.take();
}

function startMessage({ name, help, type }: ExposedFamily, { unit, length }: FieldWriter, scheme: EscapingScheme): Uint8Array {
  const shownName = isLegacyMetricName(name) ? name : escapeName(name, scheme);
  return encodeMessageStart({ name: shownName, help, type, unit }, length);
}

/** The UNIT that is shown where groups differ, as with HELP where there is one. */
function firstUnit(members: readonly MetricFamily[]): string | null {
  return members.find(({ unit }) => unit !== null)?.unit ?? null;
}
