import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteChunks } from '../base/bytes.ts';
import { escapeFamily, escapeName, type EscapingScheme } from '../model/escaping.ts';
import { isLegacyMetricName } from '../model/names.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { ExposedFamily, Exposition } from './exposed-family.ts';
import { writeChunkBytes } from './limits.ts';
import { encodeFamilyHeader, encodeMessageStart } from './protobuf/family-header.ts';
import { writeFamilyHeader } from './ready-text.ts';
import { sortMetrics } from './metric-order.ts';
import { messageStops } from '../wasm/messages.ts';
import { valueTags } from './page/field-page.ts';
import { FieldWriter } from './page/field-writer.ts';
import { borrowWriter, type LineWriter, returnWriter } from './page/line-writer.ts';
import type { MessagePage } from './page/message-page.ts';

/** The text exposition (0.0.4 and 1.0.0). A chunk is good until the next one is asked for. */
// Hot path: guarded by bench/.
export function* writeTextExposition(exposition: Exposition, scheme: EscapingScheme): Generator<Uint8Array, void, undefined> {
  const writer = borrowWriter(exposition);
  try {
    writer.recall(exposition.families, `text ${scheme}`);
    do {
      addFamilies(writer, exposition.families, scheme, addTextHeader);
      yield* writer.write();
    } while (writer.familyCount < exposition.families.length);
    if (!writer.page.isEmpty) yield writer.page.take();
  } finally {
    returnWriter(writer);
  }
}

/** Says what comes next, which the writer may know from the scrape before. No generator: those are long in being compiled. */
function addFamilies(writer: LineWriter, families: readonly ExposedFamily[], scheme: EscapingScheme, addHeader: AddHeader): void {
  while (writer.familyCount < families.length && !writer.isFull) {
    const family = families[writer.familyCount++] as ExposedFamily;
    addHeader(writer, family, scheme);
    for (const part of family.parts) part.addLines(writer, scheme);
  }
}

/** Says what stands before the metrics of a family. */
type AddHeader = (writer: LineWriter, family: ExposedFamily, scheme: EscapingScheme) => void;

function addTextHeader(writer: LineWriter, { name, help, type }: ExposedFamily, scheme: EscapingScheme): void {
  writer.addText(writeFamilyHeader(name, help, type, scheme));
}

function addMessageHeader(writer: LineWriter, { name, help, type }: ExposedFamily, scheme: EscapingScheme): void {
  writer.addMessage(valueTags[type], name.length, encodeFamilyHeader({ name: showName(name, scheme), help, type, unit: null }));
}

/** For readers that look ahead: chunks that stay good. */
export async function* copyChunks(chunks: ByteChunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.prototype.slice.call(chunk);
}

/** Varint-length-delimited `io.prometheus.client.MetricFamily` messages, one per family. A chunk is good until the next one is asked for. */
// Hot path: guarded by bench/.
export async function* writeProtobufExposition(exposition: Exposition, scheme: EscapingScheme): AsyncGenerator<Uint8Array> {
  const lines = borrowWriter(exposition);
  const { messagePage } = lines;
  const writer = new FieldWriter(lines, scheme);
  try {
    lines.recall(exposition.families, `protobuf ${scheme}`);
    messagePage.take();
    let step = 0;
    do {
      addFamilies(lines, exposition.families, scheme, addMessageHeader);
      messagePage.startAt(step);
      for (let stop = messagePage.write(); stop !== messageStops.atEnd; stop = messagePage.write()) {
        if (stop === messageStops.outputIsFull) {
          yield messagePage.take();
          continue;
        }
        const family = exposition.families[lines.familyOf(messagePage.message)] as ExposedFamily;
        if (!addSmallMessage(family, writer, { page: messagePage, scheme })) {
          if (!messagePage.isEmpty) yield messagePage.take();
          if (writer.length === 0) for (const _ of gatherMetrics(family, writer)) await nextTurn();
          yield startMessage(family, writer, scheme);
          yield* writer.take();
        }
        messagePage.skip();
      }
      step = lines.noteWritten();
    } while (lines.familyCount < exposition.families.length);
    if (!messagePage.isEmpty) yield messagePage.take();
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
  readonly page: MessagePage;
  readonly scheme: EscapingScheme;
}

/** Puts a message into the page that the page cannot write itself, if there is room for it. False: the writer holds its metrics, or nothing. */
function addSmallMessage(family: ExposedFamily, writer: FieldWriter, { page, scheme }: MessageTarget): boolean {
  for (const part of family.parts) {
    if (part.addFields(writer)) continue;
    writer.drop();
    return false;
  }
  const start = startMessage(family, writer, scheme);
  const room = page.reserve(start.length + writer.length);
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

function startMessage({ name, help, type }: ExposedFamily, { unit, length }: FieldWriter, scheme: EscapingScheme): Uint8Array {
  return encodeMessageStart({ name: showName(name, scheme), help, type, unit }, length);
}

function showName(name: string, scheme: EscapingScheme): string {
  return isLegacyMetricName(name) ? name : escapeName(name, scheme);
}

/** The UNIT that is shown where groups differ, as with HELP where there is one. */
function firstUnit(members: readonly MetricFamily[]): string | null {
  return members.find(({ unit }) => unit !== null)?.unit ?? null;
}
