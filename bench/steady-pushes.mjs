// Pushes at a steady rate, whatever the server does: a push counts from the moment when it was due, so a server that stalls makes all that
// wait behind it late. (wrk sends the next push when the last one is answered, and so sees a stall once per connection.)
// steady-pushes.mjs {"name", "port", "groupCount", "perSecond", "seconds"}: prints {"pushes", "p50Ms", "p99Ms", "p999Ms", "maxMs"}.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeBodies, makeBodies, variantCount } from './bodies.mjs';
import { groupSamples } from './plans.mjs';
import { requestHead } from './push-load.mjs';

const connectionCount = 32;
const answerMsMax = 10_000;

const { groupCount, perSecond, seconds, ...server } = JSON.parse(process.argv[2]);
const { bodies, headers } = await encodeBodies(makeBodies(groupSamples), 'text');
const idle = await Promise.all(Array.from({ length: connectionCount }, openLane));
const waiting = [];
const latencies = [];
const wanted = Math.floor(seconds * perSecond);
const beginMs = performance.now();

for (let sent = 0; sent < wanted; await sleep(1)) {
  for (; sent < wanted && dueMs(sent) <= performance.now(); sent++) waiting.push(sent);
  sendWaiting();
}
const untilMs = performance.now() + answerMsMax;
while (latencies.length < wanted && performance.now() < untilMs) await sleep(5);
if (latencies.length < wanted) throw new Error(`${wanted - latencies.length} pushes of ${wanted} had no answer`);
latencies.sort((left, right) => left - right);
const partMs = (part) => latencies[Math.min(wanted - 1, Math.floor(part * wanted))];
console.log(JSON.stringify({ pushes: wanted, p50Ms: partMs(0.5), p99Ms: partMs(0.99), p999Ms: partMs(0.999), maxMs: latencies.at(-1) }));
process.exit(0);

function dueMs(push) {
  return beginMs + (push * 1000) / perSecond;
}

function sendWaiting() {
  while (waiting.length > 0 && idle.length > 0) {
    const push = waiting.shift();
    const lane = idle.pop();
    // A stride that is prime to the number of groups: neighbours in time are no neighbours in the store.
    const group = (push * 7919) % groupCount;
    const variants = bodies[group % bodies.length];
    const body = variants[push % variantCount];
    lane.push = push;
    lane.socket.write(`${requestHead(server, group, headers)}${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
}

function openLane() {
  return new Promise((resolve, reject) => {
    const lane = { socket: connect(server.port, '127.0.0.1'), push: -1 };
    let answer = '';
    lane.socket.setNoDelay().setEncoding('latin1');
    lane.socket.once('connect', () => resolve(lane)).once('error', reject);
    lane.socket.on('data', (text) => {
      answer += text;
      if (!answer.endsWith('\r\n\r\n')) return;
      if (!/^HTTP\/1\.1 2/.test(answer)) throw new Error(`a push was refused: ${answer}`);
      answer = '';
      latencies.push(performance.now() - dueMs(lane.push));
      idle.push(lane);
      sendWaiting();
    });
  });
}
