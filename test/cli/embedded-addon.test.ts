import { expect, test } from 'vitest';
import { listScratchFolders } from '../../src/cli/embedded-addon.ts';

test('add-ons are tried in several folders, each once, those of a service and of a desktop among them', () => {
  expect(listScratchFolders({ CACHE_DIRECTORY: '/var/cache/p', XDG_CACHE_HOME: '/x' })).toContain('/var/cache/p');
  expect(listScratchFolders({ XDG_CACHE_HOME: '/x' })).toContain('/x');
  const folders = listScratchFolders({ XDG_CACHE_HOME: '/var/tmp' });
  expect(new Set(folders).size).toBe(folders.length);
});
