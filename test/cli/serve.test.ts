import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { AssertionError } from '../../src/base/assert.ts';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import type { Flags } from '../../src/cli/flags.ts';
import { createLogger, type FlushableLogger } from '../../src/cli/logger.ts';
import { serve, type Assembly } from '../../src/cli/serve.ts';

/** Notes exit codes; a real process would not go on after the first, so later ones are noted too and tests look at the first. */
class FakeProcess extends EventEmitter {
  readonly exitCodes: number[] = [];

  exit(code: number): void {
    this.exitCodes.push(code);
  }
}

interface Setup {
  readonly host: FakeProcess;
  readonly lines: string[];
  readonly logger: FlushableLogger;
  readonly stops: { count: number };
  assembly(overrides?: Partial<Assembly>): Assembly;
}

function setUp(): Setup {
  const host = new FakeProcess();
  const lines: string[] = [];
  const stops = { count: 0 };
  const logger = createLogger({
    level: 'info',
    format: 'logfmt',
    sink: { write: (line) => lines.push(line), flush: () => lines.push('flushed') },
  });
  return {
    host,
    lines,
    logger,
    stops,
    assembly: (overrides) => ({
      addresses: ['127.0.0.1:1', '[::]:2'],
      stop: async () => {
        stops.count++;
      },
      quit: new Promise(() => {}),
      ...overrides,
    }),
  };
}

function defaultFlags(): Flags {
  const commandLine = parseCommandLine([]);
  if (commandLine.kind !== 'serve') throw new Error('refused');
  return commandLine.flags;
}

/** Lets what is already decided happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('it tells every address, and a signal stops it with exit code 0', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { host, lines, logger, stops, assembly } = setUp();
    const done = serve(defaultFlags(), logger, async () => assembly(), host);
    await settle();
    expect(lines.filter((line) => line.includes('msg="Listening on"')).map((line) => /address=(\S+)/.exec(line)?.[1])).toEqual([
      '127.0.0.1:1',
      '[::]:2',
    ]);
    expect(stops.count).toBe(0);
    host.emit(signal);
    await done;
    expect(stops.count).toBe(1);
    expect(host.exitCodes).toEqual([0]);
    expect(lines.at(-1)).toBe('flushed');
    expect(lines.join('')).toContain(`cause=${signal}`);
  }
});

test('the lifecycle API stops it with exit code 0', async () => {
  const { host, logger, stops, assembly } = setUp();
  await serve(defaultFlags(), logger, async () => assembly({ quit: Promise.resolve() }), host);
  expect([stops.count, host.exitCodes]).toEqual([1, [0]]);
});

test('a signal that comes while it starts stops it once it is up', async () => {
  const { host, logger, stops, assembly } = setUp();
  await serve(
    defaultFlags(),
    logger,
    async () => {
      host.emit('SIGTERM');
      await settle();
      expect(stops.count).toBe(0);
      return assembly();
    },
    host,
  );
  expect([stops.count, host.exitCodes]).toEqual([1, [0]]);
});

test('a second signal does not wait for the stop', async () => {
  const { host, logger, assembly } = setUp();
  void serve(defaultFlags(), logger, async () => assembly({ stop: () => new Promise(() => {}) }), host);
  await settle();
  host.emit('SIGTERM');
  await settle();
  expect(host.exitCodes).toEqual([]);
  host.emit('SIGINT');
  expect(host.exitCodes).toEqual([130]);
});

test('a server that cannot start says why on one line and exits with 1', async () => {
  const { host, lines, logger } = setUp();
  const cause = new Error('address already in use');
  await serve(defaultFlags(), logger, () => Promise.reject(new Error('cannot listen on :9091', { cause })), host);
  expect(host.exitCodes).toEqual([1]);
  expect(lines).toEqual([
    expect.stringMatching(/level=error msg="Cannot start" err="cannot listen on :9091: address already in use"\n$/),
    'flushed',
  ]);
});

test('a stop that fails is told and exits with 1', async () => {
  const { host, lines, logger, assembly } = setUp();
  const failing = assembly({ stop: () => Promise.reject(new Error('disk full')), quit: Promise.resolve() });
  await serve(defaultFlags(), logger, async () => failing, host);
  expect(host.exitCodes).toEqual([1]);
  expect(lines.join('')).toContain('msg="Cannot stop cleanly" err="disk full"');
});

test('a broken assertion at the start is a bug: exit code 70 and a stack', async () => {
  const { host, lines, logger } = setUp();
  await serve(defaultFlags(), logger, () => Promise.reject(new AssertionError('two stores')), host);
  expect(host.exitCodes).toEqual([70]);
  expect(lines[0]).toMatch(/err="BUG: two stores" stack=".*serve\.test\.ts/);
});

test('an error that nobody caught ends the process with 70 and its stack on one line', async () => {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    const { host, lines, logger, assembly } = setUp();
    void serve(defaultFlags(), logger, async () => assembly(), host);
    await settle();
    host.emit(event, new TypeError('x is not a function'));
    expect(host.exitCodes).toEqual([70]);
    expect(lines.at(-2)).toMatch(/msg="BUG: .*" err="x is not a function" stack="TypeError: x is not a function\\n.*"\n$/);
    expect(lines.at(-1)).toBe('flushed');
  }
});
