import { expect, test } from 'vitest';
import { createLogger, type FlushableLogger } from '../../src/cli/logger.ts';
import type { LogFormat, LogLevel } from '../../src/cli/flags.ts';

function setUp(format: LogFormat, level: LogLevel = 'info'): { logger: FlushableLogger; lines: string[] } {
  const lines: string[] = [];
  const sink = { write: (line: string) => lines.push(line), flush: () => {} };
  return { logger: createLogger({ level, format, sink }), lines };
}

test('a logfmt line begins with time, level and message', () => {
  const { logger, lines } = setUp('logfmt');
  logger.info({ address: '[::]:9091' }, 'Listening on');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info msg="Listening on" address=\[::\]:9091\n$/);
});

test('a JSON line holds the same', () => {
  const { logger, lines } = setUp('json');
  logger.warn({ groups: 12, detail: { a: 1 } }, 'Slow\nscrape');
  const { time, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(rest).toEqual({
    level: 'warn',
    msg: 'Slow\nscrape',
    groups: 12,
    detail: { a: 1 },
  });
  expect(lines[0]?.trimEnd()).not.toContain('\n');
});

test('an error is printed with its causes, in any field and either format', () => {
  const err = new Error('cannot x', { cause: new Error('no space left on device') });
  for (const format of ['logfmt', 'json'] as const) {
    const { logger, lines } = setUp(format);
    logger.error({ err, other: err }, 'Trouble');
    const quote = format === 'json' ? (key: string) => `"${key}":` : (key: string) => `${key}=`;
    expect(lines[0]).toContain(`${quote('err')}"cannot x: no space left on device"`);
    expect(lines[0]).toContain(`${quote('other')}"cannot x: no space left on device"`);
  }
});

test('lines below the level are left out', () => {
  const f = (level: LogLevel, want: string[]): void => {
    const { logger, lines } = setUp('logfmt', level);
    logger.debug({}, 'd');
    logger.info({}, 'i');
    logger.warn({}, 'w');
    logger.error({}, 'e');
    expect(lines.map((line) => /msg=(\w)/.exec(line)?.[1])).toEqual(want);
  };
  f('debug', ['d', 'i', 'w', 'e']);
  f('info', ['i', 'w', 'e']);
  f('warn', ['w', 'e']);
  f('error', ['e']);
});

test('odd values neither throw nor break the line', () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  for (const format of ['logfmt', 'json'] as const) {
    const { logger, lines } = setUp(format);
    logger.info({ big: 2n ** 70n, loop, nothing: undefined, nan: Number.NaN }, 'odd %s %d');
    expect(lines[0]).toContain('odd %s %d');
    expect(lines[0]).not.toContain('nothing');
    expect(lines[0]?.trimEnd()).not.toContain('\n');
  }
});
