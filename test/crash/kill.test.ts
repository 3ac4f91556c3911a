import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { checkStore } from '../../src/persistence/check.ts';
import { createRandom } from '../fuzz/random.ts';
import { type RunningServer, startPushgate } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { CrashLoad } from './crash-load.ts';
import { crashSettings } from './crash-settings.ts';

const { seed, rounds } = crashSettings();
const folder = useTemporaryFolder();
const bin = path.join(import.meta.dirname, '..', '..', 'bin', 'pushgate.js');

interface Outcome {
  readonly losses: readonly string[];
  readonly acknowledged: number;
  readonly unanswered: number;
  /** In the store at the end: what groups share. */
  readonly formCount: number;
}

/** Serves, writes, kills, serves again and looks, so many times; stops at the first loss. */
async function runRounds(count: number, flags: readonly string[], wipeRate: number): Promise<Outcome> {
  const random = createRandom(seed);
  const load = new CrashLoad(seed);
  const all = [`--persistence.file=${path.join(folder(), 'store.mdb')}`, '--web.enable-admin-api', '--log.level=error', ...flags];
  const losses: string[] = [];
  let server = await startPushgate(all, { ready: '/-/ready' });
  for (let round = 1; round <= count && losses.length === 0; round++) {
    const running = load.run(server, random.chance(wipeRate));
    await Promise.race([sleep(50 + random.below(400)), running]);
    load.endWipes();
    const { signal } = await server.stop('SIGKILL');
    const diedMs = Date.now();
    if (signal !== 'SIGKILL') losses.push(`round ${round}: the server ended by itself: ${server.log()}`);
    await running;
    if (random.chance(0.25)) await dieWhileStarting(all, random.below(200));
    server = await startPushgate(all, { ready: '/-/ready' });
    losses.push(...load.verify(await readPage(server), diedMs).map((loss) => `round ${round}: ${loss}`));
    if (round % 50 === 0) console.log(`${round} rounds, ${load.acknowledged} writes acknowledged`);
  }
  await server.stop();
  const { acknowledged, unanswered } = load;
  return { losses, acknowledged, unanswered, formCount: checkStore(path.join(folder(), 'store.mdb')).formCount };
}

/** Nothing is promised to a server that is killed before it serves, and it must not harm what is there. */
async function dieWhileStarting(flags: readonly string[], afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [bin, '--web.listen-address=127.0.0.1:0', ...flags], { stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('close', resolve));
  await sleep(afterMs);
  child.kill('SIGKILL');
  await exited;
}

async function readPage({ url }: RunningServer): Promise<string> {
  const reply = await fetch(`${url}/metrics`);
  expect(reply.status).toBe(200);
  return reply.text();
}

test(
  `killed at any moment, the server has everything that it acknowledged (${rounds} rounds, seed ${seed})`,
  { timeout: 120_000 + rounds * 6000 },
  async () => {
    const { losses, acknowledged, unanswered, formCount } = await runRounds(rounds, [], 0.4);
    console.log(`seed ${seed}: ${rounds} kills, ${acknowledged} writes acknowledged, ${unanswered} unanswered, ${losses.length} losses`);
    expect(losses).toEqual([]);
    expect(formCount).toBeGreaterThan(0);
    // Else nothing was killed under load.
    expect(acknowledged).toBeGreaterThan(rounds * 50);
    expect(unanswered).toBeGreaterThan(rounds);
  },
);

test('this test can fail: what --persistence.sync=interval loses is noticed', { timeout: 60_000 }, async () => {
  const { losses } = await runRounds(3, ['--persistence.sync=interval'], 0);
  expect(losses.length).toBeGreaterThan(0);
});
