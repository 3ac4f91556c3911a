import { isUtf8 } from 'node:buffer';
import { Refusal } from '../base/errors.ts';
import { placeOf } from '../exposition/errors.ts';
import { parseText } from '../exposition/text-parser.ts';
import { badPushOptions, PushTextError } from './errors.ts';
import { sourceDepthMax, sourcesMax } from './limits.ts';
import { convertOpenMetrics, isOpenMetrics } from './open-metrics.ts';

/** A registry of prom-client, or whatever gives its metrics as text in the same way. */
export interface MetricsRegistry {
  metrics(): string | Promise<string>;
  readonly contentType?: string | undefined;
}

/** What can be pushed: a registry, text in the Prometheus or OpenMetrics format, its UTF-8 bytes, or a list of these. */
export type MetricsSource = MetricsRegistry | string | Uint8Array | readonly MetricsSource[];

/** What was put right in a text that a gateway would otherwise refuse. */
export type TextRepair = 'utf-16' | 'byte-order-mark' | 'crlf' | 'last-line-feed';

export interface RepairedText {
  readonly text: Buffer;
  readonly repairs: readonly TextRepair[];
}

/**
 * One text of all that is to be pushed, each part ending with a line feed. OpenMetrics becomes the Prometheus format; line ends and marks
 * that editors and shells leave are put right. A registry is only asked for its text.
 */
export async function collectPushText(source: MetricsSource): Promise<Buffer> {
  const texts: Buffer[] = [];
  for (const part of listParts(source, 0)) {
    if (texts.length === sourcesMax) throw badPushOptions(`cannot push more than ${sourcesMax} registries and texts at once`);
    texts.push(preparePushText(await readPart(part)).text);
  }
  return texts.length === 1 && texts[0] !== undefined ? texts[0] : Buffer.concat(texts);
}

/** Puts right what can be put right without a guess, and turns OpenMetrics into the Prometheus format. */
export function preparePushText(bytes: Uint8Array): RepairedText {
  const { text, repairs } = repairText(bytes);
  return { text: isOpenMetrics(text) ? convertOpenMetrics(text) : text, repairs };
}

/**
 * Throws a PushTextError for a text that no gateway takes: the same parser, and no timestamps. Whether it fits what is stored is
 * for the gateway to say.
 */
export function checkPushText(text: Buffer): void {
  try {
    const families = parseText(text, { allowUtf8Names: true });
    const hasTimestamps = families.some(({ metrics }) => metrics.some(({ timestampMs }) => timestampMs !== null));
    if (!hasTimestamps) return;
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new PushTextError(cause.message, placeOf(cause) ?? { line: 0, column: 0 }, { cause });
  }
  const place = findTimestamp(text) ?? { line: 0, column: 0 };
  throw new PushTextError(
    `line ${place.line} has a timestamp, and a gateway refuses those; ` +
      'leave it out, or push the time as the value of a metric of its own',
    place,
  );
}

function* listParts(source: MetricsSource, depth: number): Generator<MetricsRegistry | string | Uint8Array> {
  if (!isList(source)) {
    yield source;
    return;
  }
  if (depth === sourceDepthMax) throw badPushOptions(`cannot push lists that lie more than ${sourceDepthMax} deep in one another`);
  for (const part of source) yield* listParts(part, depth + 1);
}

function isList(source: MetricsSource): source is readonly MetricsSource[] {
  return Array.isArray(source);
}

async function readPart(part: MetricsRegistry | string | Uint8Array): Promise<Uint8Array> {
  if (typeof part === 'string') return Buffer.from(part);
  if (part instanceof Uint8Array) return part;
  if (typeof (part as Partial<MetricsRegistry> | null)?.metrics !== 'function') {
    throw badPushOptions('cannot push the metrics: they are neither a text nor a registry with a metrics() method');
  }
  const text: unknown = await part.metrics();
  if (typeof text !== 'string') throw badPushOptions('cannot push the metrics: metrics() of the registry gave no text');
  return Buffer.from(text);
}

function repairText(bytes: Uint8Array): RepairedText {
  const repairs: TextRepair[] = [];
  let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf16 = decodeUtf16(text);
  if (utf16 !== null) {
    repairs.push('utf-16');
    text = utf16;
  } else if (text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf) {
    repairs.push('byte-order-mark');
    text = text.subarray(3);
  }
  if (text.includes('\r\n') || text.at(-1) === 13 /* CR */) {
    repairs.push('crlf');
    // Every byte is a character of latin1, so whatever is no UTF-8 stays as it is for the parser to name.
    text = Buffer.from(text.toString('latin1').replaceAll('\r\n', '\n').replace(/\r$/, '\n'), 'latin1');
  }
  if (text.length > 0 && text.at(-1) !== 10 /* LF */) {
    repairs.push('last-line-feed');
    text = Buffer.concat([text, Buffer.from('\n')]);
  }
  return { text, repairs };
}

/** The text of a file that Windows wrote in UTF-16, as UTF-8; `null` without its byte order mark. */
function decodeUtf16(bytes: Buffer): Buffer<ArrayBuffer> | null {
  const isLittleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!isLittleEndian && !(bytes[0] === 0xfe && bytes[1] === 0xff)) return null;
  const units = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
  return Buffer.from((isLittleEndian ? units : units.swap16()).toString('utf16le'));
}

/** Name, labels, value, and what follows them. The text was parsed, so the parts are where they should be. */
const sampleLine =
  /^[ \t]*(?:(?:"(?:[^"\\]|\\.)*"|[^\s{#"]+)(?:[ \t]+|(?=\{))(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?|\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})[ \t]*[^\s{}]+[ \t]+(?=[-+\d])/;

function findTimestamp(text: Buffer): { line: number; column: number } | null {
  const lines = text.toString(isUtf8(text) ? 'utf8' : 'latin1').split('\n');
  for (const [i, line] of lines.entries()) {
    const before = /^[ \t]*#/.test(line) ? null : sampleLine.exec(line);
    if (before !== null) return { line: i + 1, column: before[0].length + 1 };
  }
  return null;
}
