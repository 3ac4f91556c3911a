import * as v from 'valibot';
import { Refusal } from '../../base/errors.ts';
import { PushDecoder, type DecodedPush } from '../../exposition/decode-push.ts';
import type { HttpHandler, HttpRequest } from '../../http/types.ts';
import type { Group } from '../../model/group.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import { writePushPath } from '../../model/push-path.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import type { WriteRequest } from '../../model/write-request.ts';
import { isPushTimeName } from '../../store/push-times.ts';
import { badParameter } from '../errors.ts';
import type { Gateway } from '../gateway.ts';
import { lintBytesMax } from '../limits.ts';
import { createKeyOfLabels } from '../parse-grouping-path.ts';
import type { LintFamily, LintProblem, LintResult } from '../types.ts';
import { encodeGroupId } from './group-id.ts';
import { replyWithData } from './json-reply.ts';
import { describeRefusal, listWarnings } from './lint-problems.ts';
import { parseQuery, readWord } from './query.ts';

/** A push that is only tried. */
interface Trial {
  readonly method: 'PUT' | 'POST';
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

const requestSchema = v.strictObject({
  method: v.optional(v.picklist(['PUT', 'POST']), 'POST'),
  labels: v.record(v.string(), v.string()),
  body: v.string(),
});

/** POST `/api/v1/lint`: what a push would do, found out by the decoder and the check of the real one. Nothing is stored. */
export function createLintHandler(gateway: Gateway): HttpHandler {
  // One of its own: what the real one has learned of real pushes shall not be pushed out by trials.
  const decoder = new PushDecoder(gateway.options.allowUtf8Names);
  return async (request) => replyWithData<LintResult>(tryPush(gateway, decoder, await readTrial(request)));
}

async function readTrial(request: HttpRequest): Promise<Trial> {
  const query = parseQuery(request.rawQuery, ['method', 'job', 'label']);
  const body = await request.readBody();
  if (body.length > lintBytesMax) throw badParameter(`cannot check a body of ${body.length} bytes: ${lintBytesMax} are the most`);
  const contentType = request.headers['content-type'];
  if (contentType !== undefined && /^application\/json\b/i.test(contentType)) return parseTrial(body);
  const pairs = query.getAll('label').map((pair) => {
    const at = pair.indexOf('=');
    if (at <= 0) throw badParameter(`label=${pair} is not a name, an equals sign and a value`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  const method = readWord(query, 'method', ['PUT', 'POST']) ?? 'POST';
  return { method, labels: [...pairs, ['job', query.get('job') ?? '']], contentType, body };
}

function parseTrial(body: Buffer): Trial {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), requestSchema), body.toString());
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw badParameter(`cannot read the JSON of the body: ${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`);
  }
  const { method, labels, body: text } = parsed.output;
  return { method, labels: Object.entries(labels), contentType: undefined, body: Buffer.from(text) };
}

function tryPush(gateway: Gateway, decoder: PushDecoder, { method, labels, contentType, body }: Trial): LintResult {
  const { clock, options, store } = gateway;
  let key: GroupingKey | null = null;
  let before: Group | undefined;
  let push: DecodedPush | null = null;
  const problems: LintProblem[] = [];
  try {
    key = createKeyOfLabels(labels, options.allowUtf8Names);
    before = store.group(key.id);
    const atMs = clock.nowMs();
    push = decoder.decode(body, contentType, key, atMs);
    checkPush(gateway, { kind: method === 'PUT' ? 'replace' : 'add', key, ...push, atMs });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problems.push(describeRefusal(error, body, [...(push?.families.values() ?? [])]));
  }
  const families = [...(push?.families.values() ?? [])].filter(({ name }) => !isPushTimeName(name));
  const isAccepted = problems.length === 0;
  return {
    is_accepted: isAccepted,
    problems: push === null ? problems : [...problems, ...listWarnings(families, body)],
    group: key === null ? null : { id: encodeGroupId(key.id), push_path: writePushPath(key.labels), exists: before !== undefined },
    families: families.length,
    metrics: families.reduce((sum, { metricCount }) => sum + metricCount, 0),
    samples: families.reduce((sum, { sampleCount }) => sum + sampleCount, 0),
    ...(push === null ? { added: [], replaced: [], removed: [] } : comparePush(method, families, before)),
  };
}

/** Decides the push and takes its reservation back in the same breath, so that nobody else sees it. Throws the refusal, if there is one. */
function checkPush({ store }: Gateway, request: WriteRequest): void {
  const { changes, refusal } = store.prepareWrite(request);
  store.abandonChanges(changes);
  if (refusal !== null) throw refusal;
}

function comparePush(
  method: Trial['method'],
  pushed: readonly StoredFamily[],
  before: Group | undefined,
): Pick<LintResult, 'added' | 'replaced' | 'removed'> {
  const names = new Set(pushed.map(({ name }) => name));
  const kept = [...(before?.families.values() ?? [])];
  return {
    added: pushed.filter(({ name }) => before?.families.has(name) !== true).map(describeFamily),
    replaced: pushed.filter(({ name }) => before?.families.has(name) === true).map(describeFamily),
    removed: method === 'PUT' ? kept.filter(({ name }) => !names.has(name)).map(describeFamily) : [],
  };
}

function describeFamily({ name, type, metricCount, sampleCount }: StoredFamily): LintFamily {
  return { name, type, metric_count: metricCount, sample_count: sampleCount };
}
