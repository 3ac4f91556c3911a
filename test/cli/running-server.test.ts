import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findServerFlags } from '../../src/cli/running-server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();

/** A folder like /proc, with these command lines by process id. */
function makeProc(processes: Readonly<Record<string, readonly string[]>>): string {
  const proc = mkdtempSync(path.join(folder(), 'proc-'));
  for (const [pid, argv] of Object.entries(processes)) {
    mkdirSync(path.join(proc, pid));
    writeFileSync(path.join(proc, pid, 'cmdline'), argv.map((arg) => `${arg}\0`).join(''));
  }
  return proc;
}

test('the server is found as process 1, behind an init, and beside other processes, with its flags', () => {
  const flag = '--web.listen-address=:1234';
  const f = (processes: Readonly<Record<string, readonly string[]>>, want: readonly string[]): void => {
    expect(findServerFlags(makeProc(processes))?.listenAddresses, JSON.stringify(processes)).toEqual(want);
  };
  f({ 1: ['node', '/pushgate/bin/pushgate.js', flag] }, [':1234']);
  f({ 1: ['node', '/pushgate/bin/pushgate.js', 'serve', flag] }, [':1234']);
  f({ 1: ['/sbin/init', '--', 'node', '--enable-source-maps', '/pushgate/bin/pushgate.js', flag] }, [':1234']);
  f({ 1: ['/pause'], 12: ['/usr/bin/node', '/usr/local/bin/pushgate', flag] }, [':1234']);
  f({ 1: ['sh', '-c', 'node /pushgate/bin/pushgate.js --x'], 7: ['node', '/pushgate/bin/pushgate.js', flag] }, [':1234']);
  f({ 3: ['node', 'pushgate.js', 'check', '/data/pushgate.mdb'], 20: ['node', 'pushgate.js', flag] }, [':1234']);
  f({ 9: ['node', 'pushgate.js', flag], 10: ['node', 'pushgate.js', '--web.listen-address=:5'] }, [':1234']);
});

test('where no server runs, or processes cannot be seen, there are no flags', () => {
  expect(findServerFlags(makeProc({ 1: ['sh'], 2: ['node', 'bin/health-check.js'], self: ['node', 'pushgate.js'] }))).toBeNull();
  expect(findServerFlags(path.join(folder(), 'nowhere'))).toBeNull();
});
