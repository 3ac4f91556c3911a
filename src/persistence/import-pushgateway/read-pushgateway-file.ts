import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { Refusal } from '../../base/errors.ts';
import { decodeFamilyMessage } from '../../exposition/protobuf/codec.ts';
import type { MetricFamily } from '../../model/metric-family.ts';
import { pushgatewayFileDamaged, pushgatewayFileUnreadable } from './errors.ts';
import { decodeGoTime } from './go-time.ts';
import { GobError, readGobStream } from './gob-reader.ts';
import type { GobValue } from './gob-types.ts';
import { pushgatewayFileBytesMax, pushgatewayHeadBytes } from './limits.ts';

/** A group as the Go Pushgateway kept it. */
export interface ImportedGroup {
  /** Always with a non-empty `job`. */
  readonly labels: ReadonlyMap<string, string>;
  /** Whether a label value was not valid UTF-8 and was changed: only a refused push makes such a group. */
  readonly hasInvalidUtf8: boolean;
  /** The value of `push_time_seconds`, to the last bit; 0 if no push succeeded yet. */
  readonly pushTimeSeconds: number;
  /** The value of `push_failure_time_seconds`; 0 if no push failed yet. */
  readonly failureTimeSeconds: number;
  /** Without the two push time families; grouping labels are in every metric already. */
  readonly families: readonly ImportedFamily[];
}

export interface ImportedFamily {
  /** Not checked: the reference lets in what we refuse, for example a family without a name. */
  readonly family: MetricFamily;
  /** Unix milliseconds with a fraction. */
  readonly pushedAtMs: number;
}

/** The name of the Go type that the file holds, the same since the first version with groups. */
const typeName = 'GroupingKeyToMetricGroup';

/** Whether a file is a persistence file of the Go Pushgateway, sound or not. Looks at the first bytes only. */
export function isPushgatewayFile(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, pushgatewayHeadBytes)).includes(typeName);
}

/**
 * Reads a persistence file of the Go Pushgateway (checked with files of 1.5.1; its layout is the same from 0.10 to 1.11, and older ones
 * that differ only in the type of the grouping key are read as well). The file is not changed. Rejects with a Failure if it cannot be
 * read to its end: a part of it is never returned. Gob has no checksum, so a changed value in a sound frame goes unnoticed.
 */
export async function readPushgatewayFile(path: string): Promise<ImportedGroup[]> {
  const bytes = await readWholeFile(path);
  try {
    if (!isPushgatewayFile(bytes)) throw new GobError('it does not begin as a persistence file of the Pushgateway does');
    return readGroups(readGobStream(bytes));
  } catch (error) {
    if (!(error instanceof GobError)) throw error;
    const advice = 'It is left as it is; restore it from a backup, or move it away to start without its metrics';
    throw pushgatewayFileDamaged(`cannot import the Pushgateway's file ${path}: ${error.message}. ${advice}`, { cause: error });
  }
}

async function readWholeFile(path: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { size } = await file.stat();
    if (size > pushgatewayFileBytesMax) throw new Error(`it has ${size} bytes, and ${pushgatewayFileBytesMax} are the most that is read`);
    return await file.readFile();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw pushgatewayFileUnreadable(`cannot import the Pushgateway's file ${path}: ${reason}`, { cause: error });
  } finally {
    await file?.close();
  }
}

// The value is map[string]MetricGroup; MetricGroup{Labels map[string]string; Metrics map[string]TimestampedMetricFamily};
// TimestampedMetricFamily{Timestamp time.Time; GobbableMetricFamily, which encodes itself as protobuf}.

function readGroups(store: GobValue): ImportedGroup[] {
  return entriesOf(store, 'the file').map(([, group]) => readGroup(group));
}

function readGroup(group: GobValue): ImportedGroup {
  const labels = new Map<string, string>();
  let hasInvalidUtf8 = false;
  for (const [name, value] of entriesOf(fieldOf(group, 'Labels'), 'the labels of a group')) {
    const bytes = bytesOf(value, 'a label value');
    hasInvalidUtf8 ||= !isUtf8(bytes);
    labels.set(bytesOf(name, 'a label name').toString(), bytes.toString());
  }
  const where = `the group ${JSON.stringify(Object.fromEntries(labels))}`;
  if (!labels.get('job')) throw new GobError(`${where} has no job`);
  const metrics = fieldOf(group, 'Metrics');
  const all = metrics === undefined ? [] : entriesOf(metrics, `the metrics of ${where}`).map(([, family]) => readFamily(family, where));
  const families = all.filter(({ family }) => !pushTimeNames.has(family.name));
  return {
    labels,
    hasInvalidUtf8,
    pushTimeSeconds: pushTimeOf(all, 'push_time_seconds') ?? families.reduce((latest, one) => Math.max(latest, one.pushedAtMs), 0) / 1000,
    failureTimeSeconds: pushTimeOf(all, 'push_failure_time_seconds') ?? 0,
    families,
  };
}

const pushTimeNames: ReadonlySet<string> = new Set(['push_time_seconds', 'push_failure_time_seconds']);

/** Unix seconds; `null` if the group lacks the family, as in files before 0.10, or a job pushed nonsense under its name. */
function pushTimeOf(families: readonly ImportedFamily[], name: string): number | null {
  const seconds = families.find(({ family }) => family.name === name)?.family.metrics[0]?.gauge?.value;
  return seconds !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

function readFamily(timed: GobValue, where: string): ImportedFamily {
  const message = bytesOf(fieldOf(timed, 'GobbableMetricFamily'), `a metric family of ${where}`);
  const time = fieldOf(timed, 'Timestamp');
  try {
    const pushedAtMs = time === undefined ? 0 : decodeGoTime(bytesOf(time, `a push time of ${where}`));
    return { family: decodeFamilyMessage(message), pushedAtMs };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new GobError(`in ${where}: ${error.message} of its message`, { cause: error });
  }
}

function entriesOf(value: GobValue | undefined, what: string): readonly (readonly [GobValue, GobValue])[] {
  if (value?.kind !== 'map') throw new GobError(`${what} should be a map`);
  return value.entries;
}

function bytesOf(value: GobValue | undefined, what: string): Buffer {
  if (value?.kind !== 'bytes') throw new GobError(`${what} should be a string or bytes`);
  return value.value;
}

function fieldOf(value: GobValue, name: string): GobValue | undefined {
  return value.kind === 'struct' ? value.fields.get(name) : undefined;
}
