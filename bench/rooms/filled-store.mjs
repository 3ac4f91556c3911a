// A store in this process, and the pushes that fill it.
import { createRateLimitedLog } from '../../dist/base/rate-limited-log.js';
import { createSystemClock } from '../../dist/base/clock.js';
import { silentLogger } from '../../dist/base/logger.js';
import { PushDecoder } from '../../dist/exposition/decode-push.js';
import { createGroupingKey } from '../../dist/model/grouping-key.js';
import { MetricStore } from '../../dist/store/metric-store.js';
import { groupLabels, makeStoredBody } from '../bodies.mjs';

export function createStore() {
  const log = createRateLimitedLog(silentLogger, createSystemClock(), 1000);
  return new MetricStore({ ownTypes: new Map(), isChecked: true, log });
}

export function keyOf(group) {
  return createGroupingKey(new Map(Object.entries(groupLabels(group))));
}

/** A write that replaces a group by a body of so many samples. */
export function makeWrite(decoder, group, samples, body = makeStoredBody(group, samples)) {
  const key = keyOf(group);
  const atMs = 1_700_000_000_000 + group;
  return { kind: 'replace', key, atMs, ...decoder.decode(Buffer.from(body), undefined, key, atMs) };
}

/** Groups of so many samples, all of them there. */
export function fillStore(store, groups, samples) {
  const decoder = new PushDecoder(false);
  for (let group = 0; group < groups; group++) {
    const { changes, refusal } = store.prepareWrite(makeWrite(decoder, group, samples));
    if (refusal !== null) throw refusal;
    store.applyChanges(changes);
  }
}
