import { isUtf8 } from 'node:buffer';
import { unescapeName } from '../model/escaping.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import { createGroupingKey } from '../model/grouping-key.ts';
import { isLegacyLabelName, isReservedLabelName } from '../model/names.ts';
import { quoteGoBytes } from '../exposition/go-quote.ts';
import { knownPathLengthMax, knownPathsMin } from './limits.ts';
import { improperLabelName, invalidBase64, jobRequired, oddPathComponents } from './errors.ts';

/** The percent-decoded parts of a push path. */
export interface GroupingPath {
  readonly job: string;
  /** Whether the path says `job@base64`. */
  readonly isJobBase64: boolean;
  /** What follows the job, from its slash on; `''` for nothing. */
  readonly labels: string;
  /** Whether the path held bytes that are not valid UTF-8. */
  readonly hasInvalidUtf8: boolean;
}

const base64Suffix = '@base64';

/**
 * Reads push paths, and knows those again that came lately: jobs push to the same ones over and over. It knows twice as many as there are
 * groups: a push to a group whose path is read anew, and all that is found out of its key, takes a quarter longer (measured with 100,000).
 */
export class GroupingPathParser {
  readonly #allowUtf8Names: boolean;
  readonly #groupCount: () => number;
  #known = new Map<string, GroupingKey>();
  #knownBase64 = new Map<string, GroupingKey>();

  constructor(allowUtf8Names: boolean, groupCount: () => number) {
    this.#allowUtf8Names = allowUtf8Names;
    this.#groupCount = groupCount;
  }

  /** As `parseGroupingPath`. Equal paths mostly give the same object. */
  parse(path: GroupingPath): GroupingKey {
    const isRemembered = !path.hasInvalidUtf8 && path.job.length + path.labels.length <= knownPathLengthMax;
    if (!isRemembered) return parseGroupingPath(path, this.#allowUtf8Names);
    // A job holds no slash, and what follows it begins with one.
    const text = path.job + path.labels;
    const known = (path.isJobBase64 ? this.#knownBase64 : this.#known).get(text);
    if (known !== undefined) return known;
    const key = parseGroupingPath(path, this.#allowUtf8Names);
    if (this.#known.size + this.#knownBase64.size >= Math.max(knownPathsMin, 2 * this.#groupCount())) this.#forgetAll();
    (path.isJobBase64 ? this.#knownBase64 : this.#known).set(text, key);
    return key;
  }

  /** Simpler than an order of use, and as good: what is in use is back after one push of each. */
  #forgetAll(): void {
    this.#known = new Map();
    this.#knownBase64 = new Map();
  }
}

/** Reads the grouping key in a push path (SPEC §3). Throws a Refusal in the reference's words. `allowUtf8Names`: `--push.enable-utf8-names`. */
export function parseGroupingPath(path: GroupingPath, allowUtf8Names: boolean): GroupingKey {
  const job = path.isJobBase64 ? decodeBase64(path.job) : { text: path.job, isValidUtf8: true };
  if (typeof job === 'number') {
    throw invalidBase64(
      `invalid base64 encoding in job name ${quoteGoBytes(Buffer.from(path.job))}: illegal base64 data at input byte ${job}`,
    );
  }
  let hasInvalidUtf8 = path.hasInvalidUtf8 || !job.isValidUtf8;
  const labels = new Map<string, string>();
  const components = splitLabels(path.labels);
  for (let i = 0; i < components.length; i += 2) {
    const component = components[i] as string;
    const value = components[i + 1] as string;
    const isBase64 = component.endsWith(base64Suffix);
    const written = isBase64 ? component.slice(0, -base64Suffix.length) : component;
    const name = parseLabelName(written, allowUtf8Names);
    const decoded = isBase64 ? decodeBase64(value) : { text: value, isValidUtf8: true };
    if (typeof decoded === 'number') {
      throw invalidBase64(
        `invalid base64 encoding for label ${name}=${quoteGoBytes(Buffer.from(value))}: illegal base64 data at input byte ${decoded}`,
      );
    }
    hasInvalidUtf8 ||= !decoded.isValidUtf8;
    labels.set(name, decoded.text);
  }
  if (job.text === '') throw jobRequired('job name is required');
  labels.set('job', job.text);
  return createGroupingKey(labels, hasInvalidUtf8);
}

/** The key of labels that stand apart already, by the rules of a push path. Of a name that comes twice the last value holds. */
export function createKeyOfLabels(pairs: readonly (readonly [name: string, value: string])[], allowUtf8Names: boolean): GroupingKey {
  const labels = new Map<string, string>();
  for (const [name, value] of pairs) labels.set(name === 'job' ? name : checkLabelName(name, allowUtf8Names), value);
  if ((labels.get('job') ?? '') === '') throw jobRequired('job name is required');
  return createGroupingKey(labels);
}

/** Names and values by turns. */
function splitLabels(labels: string): readonly string[] {
  if (labels.length <= 1) return [];
  const components = labels.slice(1).split('/');
  if (components.length % 2 === 0) return components;
  throw oddPathComponents(`odd number of components in label string ${quoteGoBytes(Buffer.from(labels))}`);
}

function parseLabelName(written: string, allowUtf8Names: boolean): string {
  if (isReservedLabelName(written)) throw refuseLabelName(written);
  return checkLabelName(allowUtf8Names ? unescapeName(written) : written, allowUtf8Names, written);
}

function checkLabelName(name: string, allowUtf8Names: boolean, written: string = name): string {
  const isProper = allowUtf8Names ? name !== '' && !name.includes('\uFFFD') : isLegacyLabelName(name);
  if (isProper && (written !== name || !isReservedLabelName(name))) return name;
  throw refuseLabelName(written);
}

function refuseLabelName(written: string): Error {
  return improperLabelName(`improper label name ${quoteGoBytes(Buffer.from(written))}`);
}

/** Decoded text and whether its bytes are UTF-8, or where the first byte stands that is not base64. */
type Decoded = { readonly text: string; readonly isValidUtf8: boolean } | number;

/**
 * Reads the URL-safe alphabet as Go's `RawURLEncoding` does once all trailing `=` are gone: CR and LF are ignored, trailing bits are not
 * looked at, anything else and a length of 1 mod 4 is an error (SPEC §3.2).
 */
function decodeBase64(encoded: string): Decoded {
  let end = encoded.length;
  while (encoded.charCodeAt(end - 1) === 61 /* = */) end--;
  const trimmed = encoded.slice(0, end);
  const firstBad = trimmed.search(/[^A-Za-z0-9_\-\r\n]/);
  if (firstBad !== -1) return Buffer.byteLength(trimmed.slice(0, firstBad));
  const digits = trimmed.replace(/[\r\n]/g, '');
  if (digits.length % 4 === 1) return trimmed.length;
  const bytes = Buffer.from(digits, 'base64url');
  return { text: bytes.toString(), isValidUtf8: isUtf8(bytes) };
}
