import { countHole, valueHole } from '../exposition/fast-text/ready-lines.ts';
import { type FormFamily, type FormFamilyParts, TextForm } from '../exposition/fast-text/text-form.ts';
import { ByteReadError, ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { recordDamaged } from './errors.ts';
import { flagOrder, flagOwnTime, flagProtobuf, readFamilyHead, readOrder, writeFamilyHead, writeOrder } from './family-head.ts';
import { createFormRecord, type FormRecord } from './group-log.ts';

/**
 * A form as it is stored (see `TextForm`):
 *
 *     version      1 byte, 1
 *     families     their number, then of each: its head (see `FamilyHead`), [order: a number for each metric], its number of holes
 *     texts        the constants, each once: their number, then each as its length and its latin1 bytes
 *     holes        of each the place of its constant among the texts, and its kind plus 3
 *
 * Numbers are as in group records. There is no checksum: a form is known by the digest of these bytes.
 */
const version = 1;
const kindOffset = 3;
const kindMax = 0x7fff;

const records = new WeakMap<TextForm, FormRecord>();
const forms = new WeakMap<FormRecord, TextForm>();

/** The record of a form; made once. */
export function encodeForm(form: TextForm): FormRecord {
  let record = records.get(form);
  if (record === undefined) {
    record = createFormRecord(writeForm(form));
    records.set(form, record);
  }
  return record;
}

/** The form of a record, one for all groups that rest on it. Throws `PG_RECORD_DAMAGED` for anything that `encodeForm` cannot have written. */
export function decodeForm(record: FormRecord): TextForm {
  let form = forms.get(record);
  if (form === undefined) {
    form = readForm(record.bytes);
    forms.set(record, form);
    records.set(form, record);
  }
  return form;
}

function writeForm({ families, constants, holes }: TextForm): Buffer {
  const writer = new ByteWriter();
  writer.writeByte(version);
  writer.writeVarint(families.size);
  for (const family of families.values()) writeFamily(writer, family);
  const places = new Map<string, number>();
  for (const text of constants) if (!places.has(text)) places.set(text, places.size);
  writer.writeVarint(places.size);
  for (const text of places.keys()) {
    writer.writeVarint(text.length);
    writer.writeBytes(Buffer.from(text, 'latin1'));
  }
  constants.forEach((text, hole) => {
    writer.writeVarint(places.get(text) as number);
    writer.writeVarint((holes[hole] as number) + kindOffset);
  });
  return writer.finish(0);
}

function writeFamily(writer: ByteWriter, family: FormFamily): void {
  // Such a family has no protobuf, no flaw and no name outside the legacy pattern.
  writeFamilyHead(writer, { ...family, protobuf: null, hasLegacyNames: true, flaw: null }, false);
  if (family.order !== null) writeOrder(writer, family.order);
  writer.writeVarint(family.holeEnd - family.holeStart);
}

function readForm(bytes: Uint8Array): TextForm {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new ByteReader(record, 0);
  try {
    const found = reader.readByte('version');
    if (found !== version) reader.fail(`version ${found} is unknown`);
    const families = readFamilies(reader);
    const texts = readTexts(reader, record);
    const constants: string[] = [];
    const holes: number[] = [];
    for (let rest = families.at(-1)?.holeEnd ?? 0; rest > 0; rest--) {
      constants.push(texts[reader.readVarint('place of a text')] ?? reader.fail('a text is missing'));
      const kind = reader.readVarint('kind of a hole') - kindOffset;
      if (kind > kindMax) reader.fail(`a hole of kind ${kind}`);
      holes.push(kind);
    }
    if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes stand after the last hole`);
    const form = new TextForm({ constants, holes, families });
    if (form.families.size !== families.length) reader.fail('a family stands twice');
    for (const family of form.families.values()) checkHoles(family, holes, reader);
    return form;
  } catch (error) {
    if (!(error instanceof ByteReadError)) throw error;
    throw recordDamaged(`cannot decode a form record of ${bytes.length} bytes: ${error.message}, at byte ${error.offset}`, {
      cause: error,
    });
  }
}

function readFamilies(reader: ByteReader): FormFamilyParts[] {
  const families: FormFamilyParts[] = [];
  let holeEnd = 0;
  for (let rest = reader.readVarint('number of families'); rest > 0; rest--) {
    const { name, type, flags, help, flaw, metricCount, sampleCount } = readFamilyHead(reader);
    if (flaw !== null || (flags & (flagProtobuf | flagOwnTime)) !== 0) reader.fail(`flags ${flags} of a family in a form`);
    const order = flags & flagOrder ? readOrder(reader, metricCount) : null;
    holeEnd += reader.readVarint('number of holes');
    families.push({ name, type, help, metricCount, sampleCount, order, hasMessage: false, holeEnd });
  }
  return families;
}

function readTexts(reader: ByteReader, record: Buffer): string[] {
  const texts: string[] = [];
  for (let rest = reader.readVarint('number of texts'); rest > 0; rest--) {
    const length = reader.readVarint('length of a text');
    const start = reader.skip(length, 'text');
    texts.push(record.toString('latin1', start, start + length));
  }
  return texts;
}

/** Each sample of a family has one hole for its value. */
function checkHoles({ name, holeStart, holeEnd, sampleCount }: FormFamily, holes: readonly number[], reader: ByteReader): void {
  let values = 0;
  for (let hole = holeStart; hole < holeEnd; hole++) if (holes[hole] === valueHole || holes[hole] === countHole) values++;
  if (values !== sampleCount) reader.fail(`${values} values of ${sampleCount} samples in the family ${JSON.stringify(name)}`);
}
