import { valueKind } from '../wasm/group-json.ts';
import type { KeyTexts } from './fast-text/line-labels.ts';
import { countHole, valueHole } from './fast-text/ready-lines.ts';
import type { TextForm } from './fast-text/text-form.ts';
import { JsonChunks } from './json-chunks.ts';
import { renderFamilyHead } from './metrics-json.ts';
import { isTypeToldToJson, ReadyTextJson } from './metrics-json-text.ts';

/** The JSON of families of one form: constants, and behind each of them a text or value of a group. All are latin1 strings of UTF-8 bytes. */
export interface JsonForm {
  readonly constants: readonly string[];
  /** The place of a text (see below), or a `valueKind`. */
  readonly holes: readonly number[];
}

/** The texts of a group: none, the time of its push, all grouping labels, and from `firstLabelPlace` on each of them. */
export const noText = 0;
export const timePlace = 1;
export const allLabelsPlace = 2;
export const firstLabelPlace = 3;

/** Around what stands for a text or value. JSON has no such character, and lines have none but in label values, which JSON escapes. */
const mark = '\u0001';

/**
 * What `"name":{...},...` is for groups of this form: it is written once for a group that has marks in the place of labels and values, and cut at
 * those. `null` if its text does not tell all that JSON shows.
 */
export function deriveJsonForm(form: TextForm): JsonForm | null {
  for (const { type, hasMessage } of form.families.values()) if (hasMessage || !isTypeToldToJson(type)) return null;
  const valueHoles = Array.from(form.holes).filter((kind) => kind === valueHole || kind === countHole);
  const texts = markLabels(form);
  const out = new JsonChunks();
  const writer = new ReadyTextJson(out);
  const chunks: Buffer[] = [];
  let valueCount = 0;
  for (const family of form.families.values()) {
    const values = Array.from({ length: family.sampleCount }, (_, i) => `${mark}${valueCount + i}${mark}\n`).join('');
    const bytes = Buffer.from(form.render(family, texts, values, 0), 'latin1');
    const home = { bytes, start: 0, end: bytes.length };
    out.write(
      `${family.place > 0 ? ',' : ''}${JSON.stringify(family.name)}:${renderFamilyHead(family, `${mark}t${mark}`, JSON.stringify)}`,
    );
    chunks.push(...writer.writeMetrics({ ...family, home }));
    out.write(']}');
    valueCount += family.sampleCount;
  }
  return cutAtMarks(Buffer.concat([...chunks, out.take()]).toString('latin1'), valueHoles);
}

/** A label of ready text, `name="value"`, as the member of an object. Both are latin1 strings of UTF-8 bytes, with the same escapes but for control characters. */
export function renderMember(label: string): string {
  const nameEnd = label.indexOf('=');
  const value = label.slice(nameEnd + 1);
  return `"${label.slice(0, nameEnd)}":${/[^ -\uffff]/.test(value) ? value.replaceAll(/[^ -\uffff]/g, escapeCharacter) : value}`;
}

function escapeCharacter(character: string): string {
  return JSON.stringify(character).slice(1, -1);
}

function markLabels(form: TextForm): KeyTexts {
  const labelCount = form.holes.reduce((count, kind) => Math.max(count, kind + 1), 0);
  const labels = Array.from({ length: labelCount }, (_, place) => `${mark}l${place}${mark}=""`);
  return { isLegacy: true, hasSpecialLabel: false, labels, values: [], alone: `${mark}a${mark}=""` };
}

function cutAtMarks(json: string, valueHoles: readonly number[]): JsonForm {
  const pieces = json.split(mark);
  const constants: string[] = [];
  const holes: number[] = [];
  let constant = pieces[0] as string;
  for (let i = 1; i < pieces.length; i += 2) {
    const name = pieces[i] as string;
    const next = pieces[i + 1] as string;
    const letter = name.charAt(0);
    const isLabel = letter === 'l' || letter === 'a';
    // What stands for labels has quotes around it, and is followed by an empty value.
    constants.push(isLabel ? constant.slice(0, -1) : constant);
    constant = isLabel ? next.slice('":""'.length) : next;
    if (letter === 't') holes.push(timePlace);
    else if (letter === 'a') holes.push(allLabelsPlace);
    else if (letter === 'l') holes.push(firstLabelPlace + Number(name.slice(1)));
    else holes.push(valueKind(Number(name), valueHoles[Number(name)] === countHole));
  }
  return { constants: [...constants, constant], holes: [...holes, noText] };
}
