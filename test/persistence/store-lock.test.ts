import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { acquireStoreLock } from '../../src/persistence/store-lock.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();
const held: unknown = expect.objectContaining({ code: 'PG_STORE_HELD' });

describe.each(['with the command flock', 'without it'])('the lock of a store, %s', (kind) => {
  const lockPath = (): string => {
    // No commands at all are found on this path.
    if (kind === 'without it') vi.stubEnv('PATH', folder());
    return path.join(folder(), 'store.mdb.lock');
  };

  test('is taken once, names its holder, and leaves nothing behind', () => {
    const file = lockPath();
    const lock = acquireStoreLock(file);
    expect(() => acquireStoreLock(file)).toThrow(held);
    expect(() => acquireStoreLock(file)).toThrow(`process ${process.pid} on ${hostname()} holds it`);
    lock.release();
    expect(existsSync(file)).toBe(false);
    acquireStoreLock(file).release();
    vi.unstubAllEnvs();
  });

  test('is free again when its holder was killed', async () => {
    const file = lockPath();
    const dead = spawnSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' }).stdout.trim();
    writeFileSync(file, JSON.stringify({ pid: Number(dead), host: hostname(), started: '' }));
    acquireStoreLock(file).release();
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname(), started: 'another boot/1' }));
    acquireStoreLock(file).release();
    vi.unstubAllEnvs();
    await Promise.resolve();
  });
});

test('a lock that another process holds in the kernel is held, whatever the file says, until it is killed', async () => {
  const file = path.join(folder(), 'store.mdb.lock');
  const holder = spawn('flock', ['-n', file, 'sh', '-c', 'echo held; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  await once(holder.stdout, 'data');
  expect(() => acquireStoreLock(file)).toThrow(held);
  process.kill(-(holder.pid ?? 0), 'SIGKILL');
  await once(holder, 'close');
  acquireStoreLock(file).release();
});
