import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { flagKeys, flagsForStatus, flagTable } from '../../src/cli/flags.ts';

function statusOf(...argv: string[]): Record<string, string> {
  const commandLine = parseCommandLine(argv);
  if (commandLine.kind !== 'serve') throw new Error('refused');
  return flagsForStatus(commandLine.flags);
}

test('the status shows every flag with its default, without help and version', () => {
  expect(statusOf()).toEqual({
    'log.format': 'logfmt',
    'log.level': 'info',
    'persistence.file': '',
    'persistence.interval': '5m0s',
    'persistence.sync': 'always',
    'push.disable-consistency-check': 'false',
    'push.enable-utf8-names': 'false',
    'push.max-body-size': '64MiB',
    'web.config.file': '',
    'web.enable-admin-api': 'false',
    'web.enable-lifecycle': 'false',
    'web.external-url': '',
    'web.listen-address': ':9091',
    'web.route-prefix': '',
    'web.systemd-socket': 'false',
    'web.telemetry-path': '/metrics',
  });
});

test('the status shows values as the reference does', () => {
  const f = (argv: string[], name: string, want: string): void => expect(statusOf(...argv)[name], argv.join(' ')).toBe(want);
  f(['--web.listen-address=127.0.0.1:1', '--web.listen-address=:2'], 'web.listen-address', '127.0.0.1:1,:2');
  f(['--persistence.interval=90s'], 'persistence.interval', '1m30s');
  f(['--web.enable-lifecycle'], 'web.enable-lifecycle', 'true');
  f(['--web.external-url=http://example.org/ext', '--web.route-prefix=/'], 'web.external-url', 'http://example.org/ext');
  f(['--web.external-url=http://example.org/ext', '--web.route-prefix=/'], 'web.route-prefix', '');
  f(['--web.external-url=http://example.org/ext'], 'web.route-prefix', '/ext');
  f(['--push.max-body-size=64MB'], 'push.max-body-size', '62500KiB');
  f(['--push.max-body-size=1000'], 'push.max-body-size', '1000');
  f(['--push.max-body-size=0'], 'push.max-body-size', '0');
});

test('the table in the README has every flag with its default and meaning, in order', () => {
  const rows = readFileSync('README.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `--'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, 4),
    );
  const defaults = statusOf();
  const want = flagKeys().map((key) => {
    const { name, help } = flagTable[key];
    const fallback = defaults[name] ?? '';
    return [`\`--${name}\``, fallback === '' ? '' : `\`${fallback}\``, help];
  });
  expect(rows).toEqual(want);
});
