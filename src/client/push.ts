import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isLegacyLabelName, isReservedLabelName } from '../model/names.ts';
import type { LabelPair } from '../model/metric-family.ts';
import { writePushPath } from '../model/push-path.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { badPushOptions } from './errors.ts';
import { GatewayConnection } from './gateway-connection.ts';
import { gzipBytesMin } from './limits.ts';
import { checkPushText, collectPushText, type MetricsSource } from './push-text.ts';

/** Which group is meant: its grouping key. */
export interface GroupOptions {
  readonly job: string;
  /** The grouping labels beside `job`, with any values, the empty one too. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /**
   * Takes label names outside `[a-zA-Z_][a-zA-Z0-9_]*`, which are then sent escaped (`U__...`). Only for a gateway with
   * `--push.enable-utf8-names`: another one takes the escaped name for the name.
   */
  readonly utf8Names?: boolean | undefined;
}

export interface DeleteOptions extends ConnectionOptions, GroupOptions {
  /** Ends the request, and the waits between attempts; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface PushOptions extends DeleteOptions {
  /** Whether a large body goes out compressed: true if left out. For gateways that do not know gzip. */
  readonly gzip?: boolean | undefined;
  /** Whether the text is checked before it is sent, so that an error names its line: true if left out. */
  readonly check?: boolean | undefined;
}

export interface PushResult {
  readonly status: number;
  /** How often it was sent. */
  readonly attempts: number;
  /** The group's URL, without user and password. */
  readonly url: string;
}

/** Replaces all metrics of the group (PUT): what is not pushed this time is gone. */
export function push(metrics: MetricsSource, options: PushOptions): Promise<PushResult> {
  return sendPush('PUT', metrics, options);
}

/** Replaces the metrics of the names that are pushed, and keeps the rest of the group (POST). */
export function pushAdd(metrics: MetricsSource, options: PushOptions): Promise<PushResult> {
  return sendPush('POST', metrics, options);
}

/** Deletes exactly the group with this job and these labels, not those with further ones. One that is not there is no error. */
export async function deleteGroup(options: DeleteOptions): Promise<PushResult> {
  const labels = readGroupLabels(options);
  const { status, attempts, url } = await new GatewayConnection(options).request({
    method: 'DELETE',
    path: writePushPath(labels),
    operation: `delete the group ${showGroup(labels)}`,
    signal: options.signal,
  });
  return { status, attempts, url };
}

async function sendPush(method: 'PUT' | 'POST', metrics: MetricsSource, options: PushOptions): Promise<PushResult> {
  const labels = readGroupLabels(options);
  const connection = new GatewayConnection(options);
  const text = await collectPushText(metrics);
  if (options.check !== false) checkPushText(text);
  const isCompressed = options.gzip !== false && text.length >= gzipBytesMin;
  const { status, attempts, url } = await connection.request({
    method,
    path: writePushPath(labels),
    operation: `push to the group ${showGroup(labels)}`,
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', ...(isCompressed ? { 'content-encoding': 'gzip' } : {}) },
    body: isCompressed ? await promisify(gzip)(text, { level: 1 }) : text,
    signal: options.signal,
  });
  return { status, attempts, url };
}

const loneSurrogate = /\p{Surrogate}/u;

/** Throws PG_PUSH_OPTIONS where there are none: in JavaScript nobody says so before. */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw badPushOptions("the options are missing: say at least { url: 'http://HOST:9091', job: '...' }");
}

/** The grouping labels, `job` first. Throws PG_PUSH_OPTIONS for what no gateway would take. */
export function readGroupLabels(options: GroupOptions): readonly LabelPair[] {
  checkOptions(options);
  const { job, labels = {}, utf8Names = false } = options;
  if (typeof job !== 'string' || job === '') throw badPushOptions('the job is missing: every group has one');
  const pairs: LabelPair[] = [{ name: 'job', value: job }];
  for (const [name, value] of Object.entries(labels)) {
    if (name === 'job' && value === job) continue;
    if (name === 'job') throw badPushOptions('the job is given twice, once among the labels: leave it out there');
    checkLabelName(name, utf8Names);
    pairs.push({ name, value });
  }
  for (const { name, value } of pairs) {
    if (typeof value !== 'string') throw badPushOptions(`the grouping label ${JSON.stringify(name)} must be a text, not ${typeof value}`);
    if ([name, value].some((text) => loneSurrogate.test(text))) {
      throw badPushOptions(`the grouping label ${JSON.stringify(name)} holds half a character (a lone surrogate)`);
    }
  }
  return pairs;
}

function checkLabelName(name: string, utf8Names: boolean): void {
  if (isReservedLabelName(name))
    throw badPushOptions(`no label can be named ${JSON.stringify(name)}: names that begin with __ are reserved`);
  if (isLegacyLabelName(name) || (utf8Names && name !== '')) return;
  const hint = name === '' ? '' : '; if the gateway runs with --push.enable-utf8-names, ask for UTF-8 names';
  throw badPushOptions(`${JSON.stringify(name)} is no label name: letters, digits and underscores, not beginning with a digit${hint}`);
}

/** `{job="nightly",instance="a"}`, for messages. */
export function showGroup(labels: readonly LabelPair[]): string {
  return `{${labels.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).join(',')}}`;
}
