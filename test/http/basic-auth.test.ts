import { hash } from '@node-rs/bcrypt';
import { describe, expect, test } from 'vitest';
import { parseBasicAuth, PasswordChecker } from '../../src/http/basic-auth.ts';
import { passwordChecksRunningMax, passwordChecksWaitingMax } from '../../src/http/limits.ts';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const credentials = (user: string, password: string): { user: string; password: Buffer } => ({ user, password: Buffer.from(password) });

test('the header is read strictly', () => {
  const f = (header: string | undefined, want: [string, string] | null): void => {
    const parsed = parseBasicAuth(header);
    expect(parsed && [parsed.user, parsed.password.toString()], String(header)).toEqual(want);
  };
  f(basic('a:b'), ['a', 'b']);
  f(basic('a:b:c'), ['a', 'b:c']);
  f(basic(':'), ['', '']);
  f(basic('é:ü'), ['é', 'ü']);
  f(basic('a:b').replace('Basic', 'bAsIc'), ['a', 'b']);
  f(undefined, null);
  f('', null);
  f(basic('ab'), null);
  f('Basic', null);
  f('Bearer YTpi', null);
  f('Basic YTpi=', null);
  f('Basic YT-_', null);
  f('Basic  YTpi', null);
});

describe('checking', () => {
  test('the right password is accepted, and the second time at once', async () => {
    const checker = new PasswordChecker();
    const users = new Map([['alice', await hash('s3cret', { cost: 4 })]]);
    const first = checker.check(credentials('alice', 's3cret'), users);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toBe('accepted');
    expect(checker.check(credentials('alice', 's3cret'), users)).toBe('accepted');
  });

  test('wrong passwords and unknown users are refused, and remembered too', async () => {
    const checker = new PasswordChecker();
    const users = new Map([['alice', await hash('s3cret', { cost: 4 })]]);
    for (const [user, password] of [
      ['alice', 'S3cret'],
      ['alice', ''],
      ['bob', 's3cret'],
      ['', ''],
      ['alic', 'es3cret'],
    ] as const) {
      expect(await checker.check(credentials(user, password), users), user).toBe('refused');
      expect(checker.check(credentials(user, password), users), user).toBe('refused');
    }
  });

  test('a hash of the kind that htpasswd writes is understood', async () => {
    const users = new Map([['a', '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi']]);
    expect(await new PasswordChecker().check(credentials('a', 'fakepassword'), users)).toBe('accepted');
    // The same hash stands in for unknown users: nobody gets in with its password.
    expect(await new PasswordChecker().check(credentials('b', 'fakepassword'), users)).toBe('refused');
  });

  test('a new hash for a user is checked anew', async () => {
    const checker = new PasswordChecker();
    expect(await checker.check(credentials('a', 'x'), new Map([['a', await hash('x', { cost: 4 })]]))).toBe('accepted');
    const changed = checker.check(credentials('a', 'x'), new Map([['a', await hash('y', { cost: 4 })]]));
    expect(await changed).toBe('refused');
  });

  test('equal checks under way share one, and too many different ones are turned away', async () => {
    const checker = new PasswordChecker();
    const users = new Map([['a', await hash('x', { cost: 4 })]]);
    expect(checker.check(credentials('a', 'x'), users)).toBe(checker.check(credentials('a', 'x'), users));
    const room = passwordChecksRunningMax + passwordChecksWaitingMax - 1;
    const checks = Array.from({ length: room }, (_, i) => checker.check(credentials('a', `wrong ${i}`), users));
    expect(checker.check(credentials('a', 'one more'), users)).toBe('busy');
    expect(new Set(await Promise.all(checks.map((check) => Promise.resolve(check))))).toEqual(new Set(['refused']));
    expect(await checker.check(credentials('a', 'one more'), users)).toBe('refused');
  });

  test('an unknown user costs as much as the most expensive known one', async () => {
    const users = new Map([
      ['cheap', await hash('x', { cost: 4 })],
      ['dear', await hash('x', { cost: 11 })],
    ]);
    const took = async (user: string): Promise<number> => {
      const startedMs = performance.now();
      await new PasswordChecker().check(credentials(user, 'wrong'), users);
      return performance.now() - startedMs;
    };
    const cheapMs = await took('cheap');
    expect(await took('nobody')).toBeGreaterThan(cheapMs * 10);
  });
});
