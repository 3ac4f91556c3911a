import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { commandOf, missingParts, needs } from './debian.ts';

vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<typeof import('node:fs')>()),
  existsSync: (file: string) => file !== '/usr/bin/wrk',
}));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('a part of Debian that is not here', () => {
  test('is told loudly, and the tests in need of it are skipped', () => {
    vi.stubEnv('CI', '');
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    expect(needs('curl', 'wrk')).toBe(false);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('SKIPPED: wrk not installed'));
    expect(missingParts().map((part) => part.file)).toEqual(['/usr/bin/wrk']);
  });

  test('is an error in CI', () => {
    vi.stubEnv('CI', 'true');
    expect(() => needs('wrk')).toThrow('in CI nothing is skipped');
  });
});

test('parts that are here are not talked about', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  expect(needs('prometheus', 'promtool', 'python3-prometheus-client')).toBe(true);
  expect(warn).not.toHaveBeenCalled();
});

test('a part that is not on the list is a mistake of the test', () => {
  expect(() => needs('emacs')).toThrow('emacs is not listed');
  expect(commandOf('promtool')).toBe('/usr/bin/promtool');
});

describe('scripts/install-debian.mjs', () => {
  const script = path.join(import.meta.dirname, '..', '..', 'scripts', 'install-debian.mjs');

  function run(parts: readonly object[]): { status: number | null; output: string } {
    const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-debian-'));
    try {
      writeFileSync(path.join(folder, 'list.json'), JSON.stringify(parts));
      // A PATH without apt-get: nothing is ever installed by this test.
      const options = { encoding: 'utf8', env: { PATH: folder } } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, path.join(folder, 'list.json')], options);
      return { status, output: stdout + stderr };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('says nothing when nothing is missing', () => {
    expect(run([{ package: 'nodejs', file: process.execPath, for: 'all' }])).toEqual({ status: 0, output: '' });
  });

  test('says what it cannot install and what will be skipped, and does not fail', () => {
    const { status, output } = run([{ package: 'left-handed-screws', file: '/nowhere/screws', for: 'the screw tests' }]);
    expect(status).toBe(0);
    expect(output).toContain('there is no apt-get here');
    expect(output).toContain('SKIPPED');
    expect(output).toContain('without left-handed-screws: the screw tests');
  });
});
