import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach } from 'vitest';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

/** Mounts a file system of its own with 8 MB and returns where it lies; `null` where we may not mount one. */
export interface SmallDisk {
  (): string | null;
  makeReadOnly(): void;
}

/** Gives a test that asks for it a small disk, unmounted after the test. Call at the top of a test file. */
export function useSmallDisk(): SmallDisk {
  const folder = useTemporaryFolder();
  let mounted: string | null = null;
  afterEach(() => {
    if (mounted !== null) spawnSync('umount', ['--lazy', mounted]);
    mounted = null;
  });
  const mount = (): string | null => {
    const point = path.join(folder(), 'disk');
    mkdirSync(point);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', point]).status !== 0) return null;
    return (mounted = point);
  };
  const makeReadOnly = (): void => {
    const { status } = spawnSync('mount', ['-o', 'remount,ro', mounted ?? '']);
    if (status !== 0) throw new Error('cannot make the small disk read-only');
  };
  return Object.assign(mount, { makeReadOnly });
}
