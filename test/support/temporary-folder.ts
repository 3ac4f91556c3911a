import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';

/**
 * Gives each test a new folder, removed after it. Call at the top of a test file or `describe`. `inMemory`: where flushing costs nothing,
 * for tests that open hundreds of stores and ask nothing of the disk.
 */
export function useTemporaryFolder({ inMemory = false }: { inMemory?: boolean } = {}): () => string {
  const parent = inMemory && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  let folder: string | null = null;
  afterEach(() => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    folder = null;
  });
  return () => (folder ??= mkdtempSync(path.join(parent, 'pushgate-')));
}
