// A web app that shows its metrics at /metrics. Start: node web-app.mjs [PORT]
import { createServer } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';

// A registry of our own rather than the global one: what is on the page is what is put here, and a test can have a fresh one.
const registry = new Registry();
const registers = [registry];

// CPU, memory, event loop and garbage collection of this process.
collectDefaultMetrics({ register: registry });

// A counter only goes up: ask for its rate. Labels have few values: a route, never a whole URL.
const requests = new Counter({ name: 'shop_requests_total', help: 'Requests answered.', labelNames: ['route', 'status'], registers });
// A gauge goes up and down.
const inFlight = new Gauge({ name: 'shop_requests_in_flight', help: 'Requests being answered.', registers });
// A histogram counts into buckets: quantiles are made of it when it is queried, over all instances of the app together.
const buckets = [0.005, 0.05, 0.5, 5];
const duration = new Histogram({
  name: 'shop_request_duration_seconds',
  help: 'Time to answer.',
  labelNames: ['route'],
  buckets,
  registers,
});
// A summary makes its quantiles here, of this process alone.
const size = new Summary({ name: 'shop_response_size_bytes', help: 'Size of answers.', percentiles: [0.5, 0.99], registers });

// What is there for a while only has a registry of its own, which is emptied when it ends.
const importRegistry = new Registry();

const routes = {
  'GET /': () => 'Welcome to the shop.\n',
  'POST /import': startImport,
  'DELETE /import': endImport,
  'POST /sale': startSale,
  'DELETE /sale': endSale,
};

function startImport() {
  endImport();
  new Gauge({ name: 'shop_import_rows', help: 'Rows read by the running import.', registers: [importRegistry] }).set(42);
  new Gauge({ name: 'shop_import_start_seconds', help: 'When it began.', registers: [importRegistry] }).setToCurrentTime();
  return 'The import runs.\n';
}

function endImport() {
  importRegistry.clear();
  return 'No import runs.\n';
}

function startSale() {
  endSale();
  new Gauge({ name: 'shop_sale_discount_ratio', help: 'Discount of the running sale.', registers }).set(0.2);
  return 'The sale is on.\n';
}

/** Unregisters one metric: it is gone from the page, where 0 would say that there is a sale without a discount. */
function endSale() {
  registry.removeSingleMetric('shop_sale_discount_ratio');
  return 'The sale is over.\n';
}

async function showMetrics(response) {
  const page = await Registry.merge([registry, importRegistry]).metrics();
  response.writeHead(200, { 'Content-Type': registry.contentType }).end(page);
}

function answer(request, response) {
  const route = `${request.method} ${request.url}`;
  const handler = routes[route];
  // Whatever strangers ask for is one route: each value of a label is a series of its own.
  const observed = { route: handler === undefined ? 'unknown' : route };
  const endTimer = duration.startTimer(observed);
  inFlight.inc();
  const [status, text] = handler === undefined ? [404, 'There is no such page.\n'] : [200, handler()];
  response.on('close', () => {
    inFlight.dec();
    endTimer();
    requests.inc({ ...observed, status });
    size.observe(Buffer.byteLength(text));
  });
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

const server = createServer((request, response) => {
  if (request.url !== '/metrics') return answer(request, response);
  showMetrics(response).catch((error) => response.writeHead(500).end(String(error)));
});
server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/metrics`));

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
