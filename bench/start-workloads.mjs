// Milliseconds from the start of a process to its first answer.
import { copyFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupSamples } from './plans.mjs';
import { countSamples } from './scrape-load.mjs';
import { launchServer, makeFolder } from './servers.mjs';
import { startFilled } from './stored-groups.mjs';

const askEveryMs = 2;
const answerMsMax = 60_000;

/** Stores of Pushgate by number of groups, as it leaves them. */
const stores = new Map();

export const startWorkloads = [
  { name: 'start empty', servers: ['pushgate', 'reference', 'bare'], measure: measureEmptyStart },
  { name: 'start large', servers: ['pushgate'], measure: measureLargeStart },
];

async function measureEmptyStart(name, { starts }) {
  const ms = [];
  for (let count = 0; count < starts; count++) {
    const server = await launchServer(name);
    ms.push(await waitForAnswer(server, name === 'bare' ? '/?bytes=10' : '/-/ready'));
    await server.stop();
  }
  return { 'start empty': ms };
}

/** Until it is ready, which it says when all is there: until then pushes and scrapes get 503. */
async function measureLargeStart(name, { scrapeSamples, starts }) {
  const groups = scrapeSamples.large / groupSamples;
  if (!stores.has(groups)) stores.set(groups, makeStore(name, groups));
  const ms = [];
  for (let count = 0; count < starts; count++) {
    const copy = path.join(makeFolder(), 'bench.mdb');
    copyFileSync(await stores.get(groups), copy);
    const server = await launchServer(name, [`--persistence.file=${copy}`]);
    ms.push(await waitForAnswer(server, '/-/ready'));
    const found = await countSamples(server);
    await server.stop();
    rmSync(copy);
    if (found !== scrapeSamples.large) throw new Error(`${name} started with ${found} samples of ${scrapeSamples.large}`);
  }
  return { 'start large': ms };
}

async function makeStore(name, groups) {
  const file = path.join(makeFolder(), 'bench.mdb');
  const server = await startFilled(name, groups, { flags: [`--persistence.file=${file}`] });
  await server.stop('SIGTERM');
  return file;
}

async function waitForAnswer(server, target) {
  while ((await askStatus(server, target)) !== 200) {
    if (performance.now() - server.launchedMs > answerMsMax)
      throw new Error(`${server.name} gave no answer within ${answerMsMax / 1000} s`);
    server.checkRunning();
    await sleep(askEveryMs);
  }
  return performance.now() - server.launchedMs;
}

function askStatus({ port }, target) {
  return new Promise((resolve) => {
    http
      .get({ port, host: '127.0.0.1', path: target, agent: false }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      })
      .once('error', () => resolve(null));
  });
}
