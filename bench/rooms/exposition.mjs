// node bench/rooms/exposition.mjs (after `npm run build`): a push body to what is stored, and what is stored to a scrape.
import { PushDecoder } from '../../dist/exposition/decode-push.js';
import { writeProtobufExposition, writeTextExposition } from '../../dist/exposition/exposition-writer.js';
import { familyToJson } from '../../dist/exposition/metrics-json.js';
import { MetricsJsonWriter } from '../../dist/exposition/metrics-json-writer.js';
import { readFamily, storeFamilies } from '../../dist/exposition/store-family.js';
import { parseText } from '../../dist/exposition/text-parser.js';
import { encodeBodies, makeBodies, variantCount } from '../bodies.mjs';
import { createStore, fillStore, keyOf } from './filled-store.mjs';
import { printTitle, time } from './stopwatch.mjs';

const atMs = 1_700_000_000_000;
const storedGroups = 1000;
const groupSamples = 50;

printTitle('exposition');
for (const samples of [1, 50, 1000]) {
  for (const form of ['text', 'protobuf']) {
    const { bodies, headers } = await encodeBodies(makeBodies(samples), form);
    const buffers = bodies.map((variants) => variants.map((body) => Buffer.from(body)));
    const bytes = buffers.flat().reduce((sum, { length }) => sum + length, 0) / buffers.flat().length;
    const decoder = new PushDecoder(false);
    const keys = buffers.map((_, group) => keyOf(group));
    const decode = (i, key) =>
      decoder.decode(buffers[i % buffers.length][Math.floor(i / 7) % variantCount], headers['content-type'], key, atMs);
    await time(`decode a push, ${samples} samples, ${form}`, (i) => decode(i, keys[i % keys.length]), bytes);
    await time(`decode a push, ${samples} samples, ${form}, new key`, (i) => decode(i, keyOf(i)), bytes);
    if (form === 'protobuf') continue;
    const plain = (i) => storeFamilies(parseText(buffers[i % buffers.length][i % variantCount], { allowUtf8Names: false }), keyOf(i), atMs);
    await time(`decode a push, ${samples} samples, text, the plain way`, plain, bytes);
  }
}

const store = createStore();
fillStore(store, storedGroups, groupSamples);
await timeText(store, storedGroups);
const large = createStore();
fillStore(large, 10 * storedGroups, groupSamples);
await timeText(large, 10 * storedGroups);
const writeProtobuf = () => drain(writeProtobufExposition(store.readExposition(), 'underscores'));
await time(`write a page of ${storedGroups * groupSamples} samples, protobuf`, writeProtobuf, await writeProtobuf());
const families = [...store.groups()].flatMap((group) => [...group.families.values()]);
const writeJsonPlainly = (i) => JSON.stringify(familyToJson(readFamily(families[i % families.length]), atMs));
const jsonBytes = families.reduce((sum, _, i) => sum + writeJsonPlainly(i).length, 0) / families.length;
const writer = new MetricsJsonWriter();
await time('a family as JSON of the query API', (i) => [...writer.writeFamily(families[i % families.length])], jsonBytes);
await time('a family as JSON of the query API, the plain way', writeJsonPlainly, jsonBytes);

async function timeText(filled, groups) {
  const writeText = () => drain(writeTextExposition(filled.readExposition(), 'underscores'));
  await time(`write a page of ${groups * groupSamples} samples, text`, writeText, await writeText());
}

async function drain(chunks) {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
