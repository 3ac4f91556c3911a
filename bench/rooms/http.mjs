// node bench/rooms/http.mjs (after `npm run build`): route and grouping key of a push, unpacking, and the whole room around a handler that does
// nothing, with the load of the canonical workload.
import { gzipSync } from 'node:zlib';
import { GroupingPathParser } from '../../dist/api/parse-grouping-path.js';
import { silentLogger } from '../../dist/base/logger.js';
import { BodyReservation, createBodyBudgets } from '../../dist/http/body-reservation.js';
import { decompressBody } from '../../dist/http/decompress.js';
import { createRouter } from '../../dist/http/router.js';
import { startServer } from '../../dist/http/server.js';
import { encodeBodies, groupPath, makeBodies } from '../bodies.mjs';
import { measurePushes } from '../push-load.mjs';
import { printTitle, time } from './stopwatch.mjs';

const groups = 1000;
const bodyBytesMax = 64 * 1024 * 1024;
const loadSeconds = Number(process.env.PUSHGATE_BENCH_MS ?? 3000) / 1000;

printTitle('http');
const paths = Array.from({ length: groups }, (_, group) => groupPath(group));
const drop = async (request) => {
  await request.readBody();
  return { status: 200 };
};
const router = createRouter([{ method: 'PUT', pattern: '/metrics/job/:job/*labels', handler: drop }]);
await time('find the route of a push', (i) => router.route('PUT', paths[i % groups]));

const parser = new GroupingPathParser(false, () => 0);
const routed = paths.map((path) => router.route('PUT', path));
const parsePath = (i) => {
  const { params, hasInvalidUtf8 } = routed[i % groups];
  return parser.parse({ job: params.job, isJobBase64: false, labels: params.labels, hasInvalidUtf8 });
};
await time('read its grouping key', parsePath);

const budgets = createBodyBudgets(bodyBytesMax);
for (const samples of [50, 1000]) {
  const [[body]] = makeBodies(samples);
  const packed = gzipSync(body);
  const unpack = () => decompressBody('gzip', packed, { bodyBytesMax, reservation: new BodyReservation(budgets) });
  await time(`unpack a body of ${samples} samples`, unpack, Buffer.byteLength(body));
}

const server = await startServer({ router, listenAddresses: ['127.0.0.1:0'], logger: silentLogger });
const [address] = server.addresses;
const port = Number(address.slice(address.lastIndexOf(':') + 1));
const load = { groupCount: groups, encoded: await encodeBodies(makeBodies(50), 'text'), seconds: loadSeconds };
const { perSecond } = await measurePushes({ name: 'pushgate', port, url: `http://127.0.0.1:${port}` }, load);
console.log(`read and drop pushes of 50 samples: ${Math.round(perSecond)} a second (compare with the bare server in RESULTS.md)`);
await server.close();
