import type { FamilyTable } from '../../model/family-table.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import { decodeNewText } from '../fast-text/decode-fast-text.ts';
import type { FormPool } from '../fast-text/form-pool.ts';
import { textsOfKey } from '../fast-text/line-labels.ts';
import { renderedNumberLengthMax } from '../fast-text/numbers.ts';
import { TemplateCache } from '../fast-text/template-cache.ts';
import { readyTextLengthMax, templateBodyBytesMax, templateOpeningLengthMax } from '../limits.ts';
import { Transcriber } from './transcriber.ts';
import { readVarint, varintEnd } from './wire-layout.ts';

/** Decoding never awaits, so one serves all pushes. */
const transcriber = new Transcriber();

/**
 * Decodes delimited protobuf bodies to what the text that says the same is decoded to, by the same templates. Answers `null` for what text does
 * not tell and for whatever is unusual, sound or not: the body then goes through the plain decoder, which takes everything and names the byte of
 * an error. A larger body goes there at once.
 */
export class FastProtobufDecoder {
  readonly #templates: TemplateCache;

  /** `forms`: shared with the decoder of text. */
  constructor(forms: FormPool) {
    this.#templates = new TemplateCache(describeFirstName, forms);
  }

  decode(body: Buffer, key: GroupingKey, atMs: number): FamilyTable | null {
    const texts = textsOfKey(key);
    if (!texts.isLegacy || body.length > templateBodyBytesMax) return null;
    const families = this.#templates.apply(body, key, texts, atMs);
    if (families !== null) return families;
    const text = transcriber.transcribe(body);
    if (text === null) return null;
    // The plain decoder says from where on a push is too long.
    const lengthMax = text.length + transcriber.lineCount * (texts.alone.length + 2 * renderedNumberLengthMax);
    if (lengthMax > readyTextLengthMax) return null;
    return decodeNewText(text, { body, key, texts, atMs }, this.#templates, () => transcriber.takeLayout());
  }
}

/** The name of the first family, which clients write first. */
function describeFirstName(body: Buffer): string {
  if (readVarint(body, 0) === -1) return '';
  const nameStart = varintEnd + 2;
  const isShortName = body[varintEnd] === 0x0a /* name = 1 */ && (body[varintEnd + 1] ?? 0x80) < 0x80;
  return isShortName ? body.toString('latin1', nameStart, nameStart + Math.min(body[nameStart - 1] as number, templateOpeningLengthMax)) : '';
}
