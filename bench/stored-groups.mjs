// Servers that have groups in them before something is measured.
import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeBodies, variantCount } from './bodies.mjs';
import { groupSamples } from './plans.mjs';
import { fill } from './push-load.mjs';
import { countSamples } from './scrape-load.mjs';
import { makeFolder, startServer } from './servers.mjs';

/** From here on groups share values: making others for each would take longer than pushing them. */
const ownValuesMax = 20_000;
const sharedBodies = makeBodies(groupSamples);
/** Files of the reference by number of groups: pushing 10,000 groups to it with its checks on would take hours. */
const snapshots = new Map();

/** Starts a server, fills it, and makes sure that it has what was pushed. */
export async function startFilled(name, groups, { flags = [], nodeFlags = [], samples = groupSamples } = {}) {
  if (name === 'bare') return startServer(name);
  if (name === 'reference' || name === 'unchecked') return startReference(name, groups, samples);
  const server = await startServer(name, flags, nodeFlags);
  await fillGroups(server, groups, { samples });
  if (name === 'pushgate' && groups <= ownValuesMax) await waitForSamples(server, groups * samples);
  return server;
}

/** Pushes all groups once; `round` changes the values. */
export async function fillGroups(server, groups, { samples = groupSamples, round = null } = {}) {
  if (round === null && groups <= ownValuesMax) return fill(server, groups, samples);
  const bodyOf = (group) => sharedBodies[group % sharedBodies.length][((round ?? 0) + group) % variantCount];
  return fill(server, groups, samples, bodyOf);
}

async function startReference(name, groups, samples) {
  const kind = `${groups} of ${samples}`;
  if (!snapshots.has(kind)) snapshots.set(kind, makeSnapshot(groups, samples));
  const copy = path.join(makeFolder(), 'pushgateway.data');
  copyFileSync(await snapshots.get(kind), copy);
  const server = await startServer(name, [`--persistence.file=${copy}`, '--persistence.interval=24h']);
  await waitForSamples(server, groups * samples);
  const stop = async () => {
    await server.stop();
    rmSync(copy);
  };
  return { ...server, stop };
}

/** What the reference writes itself in its unchecked mode. */
async function makeSnapshot(groups, samples) {
  const file = path.join(makeFolder(), 'pushgateway.data');
  const server = await startServer('unchecked', [`--persistence.file=${file}`]);
  await fillGroups(server, groups, { samples });
  await waitForSamples(server, groups * samples);
  await server.stop('SIGTERM');
  return file;
}

/** Unchecked pushes are answered before they are done. */
async function waitForSamples(server, samples) {
  for (let tries = 0; ; tries++) {
    const count = await countSamples(server);
    if (count === samples) return;
    if (tries === 20) throw new Error(`${server.name} shows ${count} samples of ${samples} that were pushed`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
