import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { getAsset } from 'node:sea';
import { addonUnusable } from './errors.ts';

/**
 * Loads a native add-on that is an asset of this single-file executable. The system loads libraries from files only, so it is written into
 * a new folder that only this user can enter, loaded, and removed at once: nothing stays behind, and there is no file that somebody
 * could exchange before the next start. Only the build of the executable puts calls to this (scripts/single-executable).
 */
export function loadEmbeddedAddon(name: string): unknown {
  const bytes = Buffer.from(getAsset(name));
  const reasons: string[] = [];
  for (const parent of listScratchFolders(process.env)) {
    try {
      return loadFrom(parent, name, bytes);
    } catch (error) {
      reasons.push(`${parent}: ${(error as Error).message}`);
    }
  }
  throw addonUnusable(
    `cannot load ${name}: no folder takes a file and lets it be executed; set TMPDIR to one that does (${reasons.join('; ')})`,
  );
}

/** In the order of trying: read-only containers and mounts with `noexec` leave but some of them. */
export function listScratchFolders(env: NodeJS.ProcessEnv): string[] {
  const cache = env['CACHE_DIRECTORY'] ?? env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  return [...new Set([tmpdir(), '/var/tmp', '/dev/shm', cache, process.cwd()])];
}

function loadFrom(parent: string, name: string, bytes: Buffer): unknown {
  const folder = mkdtempSync(path.join(parent, 'pushgate-'));
  try {
    const file = path.join(folder, path.basename(name));
    writeFileSync(file, bytes, { flag: 'wx', mode: 0o500 });
    const module = { exports: {} };
    process.dlopen(module, file);
    return module.exports;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
