import { compareAsBytes } from '../../src/base/bytes.ts';
import { silentLogger, type Logger } from '../../src/base/logger.ts';
import type { Refusal } from '../../src/base/errors.ts';
import type { ExposedPart } from '../../src/exposition/exposed-family.ts';
import type { ExposedValues } from '../../src/exposition/exposed-values.ts';
import { borrowWriter, returnWriter } from '../../src/exposition/page/line-writer.ts';
import { writeFamilyHeader } from '../../src/exposition/ready-text.ts';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import { createGroupingKey, type GroupingKey } from '../../src/model/grouping-key.ts';
import { createRateLimitedLog } from '../../src/base/rate-limited-log.ts';
import type { WriteRequest } from '../../src/model/write-request.ts';
import { MetricStore, type MetricStoreOptions } from '../../src/store/metric-store.ts';

export function createStore(options: Partial<MetricStoreOptions> & { logger?: Logger } = {}): MetricStore {
  const { logger = silentLogger, ...rest } = options;
  const log = createRateLimitedLog(logger, { nowMs: () => 0 }, 1);
  return new MetricStore({ ownTypes: new Map(), isChecked: true, log, ...rest });
}

/** `{ job: 'a' }` as a grouping key. */
export function keyOf(labels: Readonly<Record<string, string>>): GroupingKey {
  return createGroupingKey(new Map(Object.entries(labels)));
}

/** One for all, so that bodies that are pushed often enough share a form, as in a server. */
const decoder = new PushDecoder(false);

/** A push of a text body as the API hands it to the store. */
export function pushOf(kind: 'add' | 'replace', labels: Readonly<Record<string, string>>, body: string, atMs = 1000): WriteRequest {
  const key = keyOf(labels);
  return { kind, key, atMs, ...decoder.decode(Buffer.from(body), undefined, key, atMs) };
}

/** Prepares and applies one write. Returns the refusal, if there is one. */
export function write(store: MetricStore, request: WriteRequest): Refusal | null {
  const { changes, refusal } = store.prepareWrite(request);
  store.applyChanges(changes);
  return refusal;
}

/** The sample lines of a family as a scrape shows them. */
export function joinTexts(parts: readonly ExposedPart[], values: ExposedValues): string {
  const writer = borrowWriter(values);
  const texts: Buffer[] = [];
  // An array of its own: nothing is known of it from before.
  writer.recall([...parts], 'text underscores');
  for (const part of parts) part.addLines(writer, 'underscores');
  for (const chunk of writer.write()) texts.push(Buffer.from(chunk));
  texts.push(Buffer.from(writer.page.take()));
  returnWriter(writer);
  return Buffer.concat(texts).toString();
}

/** What a scrape shows of the pushed families, without the push times unless asked for. */
export function expose(store: MetricStore, options: { withTimes?: boolean } = {}): string {
  const exposition = store.readExposition();
  return exposition.families
    .toSorted((a, b) => compareAsBytes(a.name, b.name))
    .filter(({ name }) => options.withTimes === true || !/^push_(failure_)?time_seconds$/.test(name))
    .map(({ name, help, type, parts }) => writeFamilyHeader(name, help, type, 'underscores') + joinTexts(parts, exposition))
    .join('');
}
