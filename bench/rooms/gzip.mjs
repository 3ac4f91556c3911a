// node bench/rooms/gzip.mjs (after `npm run build`): a scrape's text and protobuf to gzip, by us and by zlib at its fastest.
import { constants, crc32, createGzip } from 'node:zlib';
import { writeProtobufExposition, writeTextExposition } from '../../dist/exposition/exposition-writer.js';
import { gzip } from '../../dist/wasm/gzip.js';
import { createStore, fillStore } from './filled-store.mjs';
import { printTitle, time } from './stopwatch.mjs';

const groups = 10_000;
const groupSamples = 50;

printTitle('gzip');
const store = createStore();
fillStore(store, groups, groupSamples);
for (const [form, write] of [
  ['text', writeTextExposition],
  ['protobuf', writeProtobufExposition],
]) {
  const chunks = await collect(write(store.readExposition(), 'underscores'));
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  const work = `${form} of ${groups * groupSamples} samples`;
  const zlib = await time(`${work}, zlib level 1`, () => drain(compressByZlib(chunks)), bytes);
  const ours = await time(`${work}, GzipWriter`, () => drain(gzip(each(chunks))), bytes);
  await time(`${work}, its CRC-32 alone`, () => chunks.reduce((crc, chunk) => crc32(chunk, crc), 0), bytes);
  const zlibBytes = await drain(compressByZlib(chunks));
  const oursBytes = await drain(gzip(each(chunks)));
  console.log(
    `${form}: ${bytes} bytes, zlib ${zlibBytes}, GzipWriter ${oursBytes}, ${(oursBytes / zlibBytes).toFixed(2)} times the size ` +
      `at ${(zlib / ours).toFixed(1)} times the speed`,
  );
}

async function* each(chunks) {
  yield* chunks;
}

function compressByZlib(chunks) {
  const gzipStream = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
  for (const chunk of chunks) gzipStream.write(chunk);
  gzipStream.end();
  return gzipStream;
}

async function collect(chunks) {
  const copies = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return copies;
}

async function drain(chunks) {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
