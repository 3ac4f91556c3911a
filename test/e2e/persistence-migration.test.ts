import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readExposition, seriesOf } from '../fuzz/exposition.ts';
import { needs } from '../support/debian.ts';
import { everyType } from '../support/every-type.ts';
import { type RunningServer, startPushgate, startReference } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { eventually, push, scrape } from './target.ts';

const folder = useTemporaryFolder();
const at = (name: string): string => path.join(folder(), name);

/** What jobs pushed, as the page shows it. Own metrics are left out. */
interface PushedPage {
  /** Type and help by name of the family, and the value of each series. */
  readonly series: ReadonlyMap<string, string>;
  /** The push times, in seconds, by series. */
  readonly times: ReadonlyMap<string, number>;
}

async function readPushed(server: RunningServer): Promise<PushedPage> {
  const series = new Map<string, string>();
  const times = new Map<string, number>();
  for (const { name, help, type, samples } of readExposition(await scrape(server)).values()) {
    const ofJobs = samples.filter(({ labels }) => labels.some(([label, value]) => label === 'job' && value !== ''));
    if (ofJobs.length > 0) series.set(name, `${type} ${help ?? '(no help)'}`);
    for (const sample of ofJobs) {
      if (/^push_(failure_)?time_seconds$/.test(name)) times.set(seriesOf(sample), Number(sample.value));
      else series.set(seriesOf(sample), sample.value);
    }
  }
  return { series, times };
}

/** Equal to the last bit of every value and time. */
function expectSame(found: PushedPage, wanted: PushedPage): void {
  expect(found.series).toEqual(wanted.series);
  expect(found.times).toEqual(wanted.times);
}

function runCommand(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, '..', '..', 'bin', 'pushgate.js'), ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

describe.runIf(needs('prometheus-pushgateway'))("coming from Debian's prometheus-pushgateway", () => {
  let reference: RunningServer;
  let pushgate: RunningServer | null = null;
  beforeEach(async () => {
    reference = await startReference([`--persistence.file=${at('store')}`, '--push.disable-consistency-check'], { ready: '/-/ready' });
  });
  afterEach(async () => {
    await Promise.all([reference.stop('SIGKILL'), pushgate?.stop()]);
    pushgate = null;
  });

  /** Every type, odd labels, a refused push, a group that had only refused ones, and many groups. */
  async function fill(groupCount: number): Promise<PushedPage> {
    const send = async (group: string, body: string): Promise<void> => {
      const reply = await fetch(`${reference.url}/metrics/${group}`, { method: 'PUT', body });
      expect([202, 400]).toContain(reply.status);
    };
    const base64 = (text: string): string => Buffer.from(text).toString('base64url');
    await send('job/types/zone/z', everyType);
    await send(`job@base64/${base64('größe/🎉')}/path@base64/${base64('/var/tmp')}/empty@base64/=`, everyType);
    await send('job/nothing', '');
    for (let from = 0; from < groupCount; from += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => send(`job/many/shard/${from + i}`, `m{i="${from + i}"} ${from + i}\nn 1\n`)));
    }
    await eventually(20_000, async () =>
      (await scrape(reference)).match(/^push_time_seconds\{/gm)?.length === groupCount + 3 ? true : undefined,
    );
    // Only checks refuse a push, so this comes from a server with checks.
    await reference.stop();
    reference = await startReference([`--persistence.file=${at('store')}`], { ready: '/-/ready' });
    await send('job/types/zone/z', '# TYPE g counter\ng 1\n');
    await send('job/refused', '# TYPE g counter\ng 1\n');
    return readPushed(reference);
  }

  test('its file is imported, shows the same, and stays beside the store', { timeout: 60_000 }, async () => {
    const before = await fill(2000);
    expect(before.times.get('push_failure_time_seconds[["instance",""],["job","refused"]]')).toBeGreaterThan(Date.now() / 1000 - 60);
    expect((await reference.stop()).code).toBe(0);
    const gob = readFileSync(at('store'));

    pushgate = await startPushgate([`--persistence.file=${at('store')}`], { ready: '/-/ready' });
    expect(pushgate.log()).toContain(
      `level=info msg="Imported the persistence file of the Prometheus Pushgateway" groups=2004 backup=${at('store.pushgateway.bak')}`,
    );
    expectSame(await readPushed(pushgate), before);
    expect(readFileSync(at('store.pushgateway.bak')).equals(gob)).toBe(true);

    await push(pushgate, '/metrics/job/new', 'x 1\n');
    await pushgate.stop('SIGKILL');
    pushgate = await startPushgate([`--persistence.file=${at('store')}`], { ready: '/-/ready' });
    expect(pushgate.log()).not.toContain('Imported');
    const { series, times } = await readPushed(pushgate);
    expect(series.get('x[["instance",""],["job","new"]]')).toBe('1');
    const isOld = ([name]: readonly [string, unknown]): boolean => before.series.has(name) || before.times.has(name);
    expectSame({ series: new Map([...series].filter(isOld)), times: new Map([...times].filter(isOld)) }, before);
  });

  test('the way back: it starts with the file that was kept', { timeout: 60_000 }, async () => {
    const before = await fill(0);
    await reference.stop();
    pushgate = await startPushgate([`--persistence.file=${at('store')}`], { ready: '/-/ready' });
    await pushgate.stop();
    reference = await startReference([`--persistence.file=${at('store.pushgateway.bak')}`], { ready: '/-/ready' });
    expectSame(await readPushed(reference), before);
  });

  test('its saved page can be imported as well, and so can an export of its file', { timeout: 60_000 }, async () => {
    const before = await fill(100);
    const page = await scrape(reference);
    await reference.stop();
    writeFileSync(at('page'), page);
    expect(await runCommand('import', at('from-page.mdb'), at('page'))).toMatchObject({ code: 0 });
    expect(await runCommand('export', at('store'), at('exported'))).toMatchObject({ code: 0 });
    expect(await runCommand('import', at('from-file.mdb'), at('exported'))).toMatchObject({ code: 0 });
    for (const file of ['from-page.mdb', 'from-file.mdb']) {
      expect((await runCommand('check', at(file))).output).toContain('is sound: 104 groups');
      pushgate = await startPushgate([`--persistence.file=${at(file)}`], { ready: '/-/ready' });
      expectSame(await readPushed(pushgate), before);
      await pushgate.stop();
    }
  });
});
