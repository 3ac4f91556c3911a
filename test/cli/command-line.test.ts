import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import type { Flags } from '../../src/cli/flags.ts';

const directory = mkdtempSync(join(tmpdir(), 'pushgate-arguments-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileWith(content: string): string {
  const path = join(directory, `${Math.random().toString(36).slice(2)}.args`);
  writeFileSync(path, content);
  return path;
}

function parseFlags(...argv: string[]): Flags {
  const commandLine = parseCommandLine(argv);
  if (commandLine.kind !== 'serve') throw new Error(`refused: ${commandLine.stderr ?? commandLine.stdout}`);
  return commandLine.flags;
}

test('without arguments every flag has the default of the reference', () => {
  expect(parseFlags()).toEqual({
    systemdSocket: false,
    listenAddresses: [':9091'],
    webConfigFile: '',
    telemetryPath: '/metrics',
    externalUrl: '',
    routePrefix: '',
    enableLifecycle: false,
    enableAdminApi: false,
    persistenceFile: '',
    persistenceIntervalMs: 300_000,
    persistenceSync: 'always',
    disableConsistencyCheck: false,
    enableUtf8Names: false,
    bodyBytesMax: 67_108_864,
    logLevel: 'info',
    logFormat: 'logfmt',
  });
});

test('flags are read in every form that the reference takes', () => {
  const f = (argv: string[], want: Partial<Flags>): void => expect(parseFlags(...argv), argv.join(' ')).toMatchObject(want);
  f(['serve', '--log.level=debug'], { logLevel: 'debug' });
  f(['--log.level', 'debug'], { logLevel: 'debug' });
  f(['--persistence.file=a=b'], { persistenceFile: 'a=b' });
  f(['--persistence.file='], { persistenceFile: '' });
  f(['--persistence.file', ''], { persistenceFile: '' });
  f(['--persistence.file=--x'], { persistenceFile: '--x' });
  f(['--persistence.file', '--', 'x'], { persistenceFile: 'x' });
  f(['--web.enable-lifecycle', '--push.enable-utf8-names', '--'], { enableLifecycle: true, enableUtf8Names: true });
  f(['--no-web.enable-lifecycle'], { enableLifecycle: false });
  f(['--web.listen-address=:1', '--web.listen-address', '[::1]:2'], { listenAddresses: [':1', '[::1]:2'] });
  f(['--persistence.interval=1m30s'], { persistenceIntervalMs: 90_000 });
  f(['--persistence.interval=-5s'], { persistenceIntervalMs: -5_000 });
  f(['--persistence.sync=interval'], { persistenceSync: 'interval' });
  f(['--push.max-body-size=64MB'], { bodyBytesMax: 64_000_000 });
  f(['--push.max-body-size=2gib'], { bodyBytesMax: 2_147_483_648 });
  f(['--push.max-body-size=1000'], { bodyBytesMax: 1000 });
  f(['--push.max-body-size=0'], { bodyBytesMax: 0 });
  f(['--web.external-url=http://example.org/ext/'], { externalUrl: 'http://example.org/ext/', routePrefix: '/ext' });
  f(['--web.external-url=http://example.org/ext/', '--web.route-prefix=/'], { routePrefix: '' });
  f(['--web.telemetry-path=tele', '--web.route-prefix=pre/'], { telemetryPath: 'tele', routePrefix: '/pre' });
});

test('a wrong command line ends with 1 and says what is wrong', () => {
  const f = (argv: string[], want: string): void =>
    expect(parseCommandLine(argv), argv.join(' ')).toEqual({ kind: 'exit', code: 1, stderr: `pushgate: error: ${want}, try --help\n` });
  f(['--foo'], `unknown long flag '--foo'`);
  f(['--=x'], `unknown long flag '--'`);
  f(['-web.telemetry-path=/x'], `unknown short flag '-w'`);
  f(['-'], `unknown short flag '-'`);
  f(['-hx'], `unknown short flag '-x'`);
  f(['pos'], 'unexpected pos');
  f(['--', '@file'], 'unexpected @file');
  f(['serve', 'serve'], 'unexpected serve');
  f([''], 'unexpected ');
  f(['--help=1'], 'unexpected 1');
  f(['--web.enable-lifecycle=true'], 'unexpected true');
  f(['--no-web.enable-lifecycle=false'], 'unexpected false');
  f(['--no-persistence.file'], `unknown long flag '--no-persistence.file'`);
  f(['--no-no-web.enable-lifecycle'], `unknown long flag '--no-no-web.enable-lifecycle'`);
  f(['--web.listen-address'], `expected argument for flag '--web.listen-address'`);
  f(['--persistence.file', '--log.level=debug'], `expected argument for flag '--persistence.file'`);
  f(['--persistence.interval', '-5s'], `expected argument for flag '--persistence.interval'`);
  f(['--log.level=info', '--log.level=info'], `flag 'log.level' cannot be repeated`);
  f(['--web.enable-lifecycle', '--no-web.enable-lifecycle'], `flag 'web.enable-lifecycle' cannot be repeated`);
  f(['--persistence.interval=soon'], 'time: invalid duration "soon"');
  f(['--persistence.interval=5'], 'time: missing unit in duration "5"');
  f(['--log.level=loud'], 'unrecognized log level "loud"');
  f(['--log.level=INFO'], 'unrecognized log level "INFO"');
  f(['--log.format=xml'], 'unrecognized log format "xml"');
  f(['--persistence.sync=never'], 'unrecognized sync mode "never"');
  f(['--push.max-body-size=64Mib/s'], 'invalid size "64Mib/s": want bytes such as 67108864, 64MiB or 64MB');
  f(['--push.max-body-size=-1'], 'invalid size "-1": want bytes such as 67108864, 64MiB or 64MB');
  f(['--push.max-body-size=9007199254740992'], 'invalid size "9007199254740992": want bytes such as 67108864, 64MiB or 64MB');
  f(['--web.external-url=::bad'], 'invalid URL: parse "::bad": missing protocol scheme');
  f(['--web.telemetry-path=x'], `web.telemetry-path "x" must begin with '/'`);
  for (const taken of ['/', '/status', '/-/ready', '/static/x', '/metrics/job/a', '/api/v1/metrics', '/a:b']) {
    f([`--web.telemetry-path=${taken}`], `web.telemetry-path ${JSON.stringify(taken)} is the path of another endpoint; choose another one`);
  }
  f(['@'], 'expected @ file to expand arguments from');
});

test('help is printed whatever the values are, but not beside an unknown flag', () => {
  const f = (argv: string[], want: boolean): void => {
    const commandLine = parseCommandLine(argv);
    const isUsage = commandLine.kind === 'exit' && commandLine.code === 0 && commandLine.stdout?.startsWith('usage: pushgate ') === true;
    expect(isUsage, argv.join(' ')).toBe(want);
  };
  f(['-h'], true);
  f(['--help'], true);
  f(['-hh'], true);
  f(['serve', '--help'], true);
  f(['--log.level=loud', '-h'], true);
  f(['--log.level=info', '--log.level=info', '-h'], true);
  f(['-h', '--foo'], false);
  f(['-h', 'pos'], false);
});

test('the version is printed on stdout where the flag stands, in the words of the reference', () => {
  const f = (argv: string[], want: boolean): void => {
    const commandLine = parseCommandLine(argv);
    const isVersion =
      commandLine.kind === 'exit' &&
      commandLine.code === 0 &&
      /^pushgateway, version \S+ \(branch: .*, revision: .*\)\n/.test(commandLine.stdout ?? '');
    expect(isVersion, argv.join(' ')).toBe(want);
  };
  f(['--version'], true);
  f(['--version', '--foo'], true);
  f(['--log.level=loud', '--version'], true);
  f(['--foo', '--version'], false);
  f(['pos', '--version'], false);
});

test('a file of arguments holds one a line, blanks kept, comments left out', () => {
  const file = fileWith('# a comment\n--persistence.file\n a file \r\n--log.level=debug');
  expect(parseFlags(`@${file}`, '--web.enable-lifecycle')).toMatchObject({
    persistenceFile: ' a file ',
    logLevel: 'debug',
    enableLifecycle: true,
  });
  expect(parseFlags('--persistence.file', `@${fileWith('value\n')}`).persistenceFile).toBe('value');
  expect(parseFlags(`@${fileWith(`@${file}\n`)}`).logLevel).toBe('debug');
  expect(parseFlags(`--persistence.file=@${file}`).persistenceFile).toBe(`@${file}`);
});

test('a file of arguments that cannot be followed ends with 1', () => {
  const f = (argv: string[], want: string): void => {
    const commandLine = parseCommandLine(argv);
    expect(commandLine).toMatchObject({ kind: 'exit', code: 1 });
    expect(commandLine.kind === 'exit' && commandLine.stderr).toContain(want);
  };
  f([`@${fileWith('--log.level=debug\n\n')}`], 'unexpected , try');
  f([`@${fileWith('  # a comment\n')}`], 'unexpected   # a comment, try');
  f(['@/does/not/exist'], 'failed to open arguments file "/does/not/exist": ENOENT');
  f(['@/dev/zero'], 'failed to open arguments file "/dev/zero": it is longer than 1048576 bytes');
  f([`@${fileWith('x'.repeat(1024 * 1024 + 1))}`], 'it is longer than 1048576 bytes');
  f([`@${fileWith('x\n'.repeat(1001))}`], 'more than 1000 arguments');
  const loop = join(directory, 'loop.args');
  writeFileSync(loop, `@${loop}\n`);
  f([`@${loop}`], 'more than 1000 arguments');
});
