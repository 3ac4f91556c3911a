// node bench/rooms/store.mjs (after `npm run build`): deciding and applying a write beside 10 and 10,000 groups, and walking what a scrape reads.
import { PushDecoder } from '../../dist/exposition/decode-push.js';
import { makeBodies, variantCount } from '../bodies.mjs';
import { createStore, fillStore, makeWrite } from './filled-store.mjs';
import { printTitle, time } from './stopwatch.mjs';

const samples = 50;
const bodies = makeBodies(samples);

printTitle('store');
for (const groups of [10, 10_000]) {
  const store = createStore();
  fillStore(store, groups, samples);
  const decoder = new PushDecoder(false);
  const writes = Array.from({ length: 10 * variantCount }, (_, i) => {
    const group = (i % 10) * Math.floor(groups / 10);
    return makeWrite(decoder, group, samples, bodies[group % bodies.length][i % variantCount]);
  });
  const push = (write) => {
    const { changes, refusal } = store.prepareWrite(write);
    if (refusal !== null) throw refusal;
    store.applyChanges(changes);
  };
  await time(`replace a group of ${samples} samples, ${groups} stored`, (i) => push(writes[i % writes.length]));
  const guest = makeWrite(decoder, groups + 1, samples);
  await time(`add a group and delete it, ${groups} stored`, () => {
    push(guest);
    push({ kind: 'delete', key: guest.key, atMs: guest.atMs });
  });
  await time(`walk the families of a scrape, ${groups} stored`, () => {
    let parts = 0;
    for (const family of store.readExposition().families) parts += family.parts.length;
    return parts;
  });
}
