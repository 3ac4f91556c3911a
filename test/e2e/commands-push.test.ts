import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer, stall, startScript } from '../client/scripted-gateway.ts';
import { findFreePort, type RunningServer, startPushgate } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { type Ended, runPushgate } from './run-pushgate.ts';

/** `pushgate push` and `lint` as processes against the real server, and against gateways that are slow, full or not there. */
const bin = path.join(import.meta.dirname, '../../bin/pushgate.js');
const folder = useTemporaryFolder();
let server: RunningServer;
beforeAll(async () => {
  server = await startPushgate();
});
afterAll(() => server.stop());

const push = (args: readonly string[], stdin: string | Uint8Array = ''): Promise<Ended> =>
  runPushgate(['push', ...args], { stdin, env: { PUSHGATE_URL: server.url } });
const page = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();

function writeText(text: string): string {
  const file = path.join(folder(), 'metrics.prom');
  writeFileSync(file, text);
  return file;
}

describe('push', () => {
  test('a text from stdin is added to the group of a job, without a word', async () => {
    expect(await push(['--job', 'add'], 'a 1\n')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await push(['--job=add', '-'], 'b 2\n')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await page()).toContain('a{instance="",job="add"} 1\n');
    expect(await page()).toContain('b{instance="",job="add"} 2\n');
  });

  test('--replace replaces the group by a file', async () => {
    await push(['--job', 'replace'], 'old 1\n');
    expect(await push(['--job', 'replace', '--replace', writeText('new 2\n')])).toMatchObject({ code: 0 });
    expect(await page()).toContain('new{instance="",job="replace"} 2\n');
    expect(await page()).not.toContain('old{instance="",job="replace"}');
  });

  test('grouping labels hold whatever is in them', async () => {
    const labels = ['path=/var/tmp', 'empty=', 'dots=..', 'query=a=b?c#d%2F', 'text=größe 🎉 "q"\\'];
    expect(await push(['--job', 'a/b', ...labels.map((label) => `--label=${label}`)], 'labels 1\n')).toMatchObject({ code: 0 });
    expect(await page()).toContain(
      'labels{dots="..",empty="",instance="",job="a/b",path="/var/tmp",query="a=b?c#d%2F",text="größe 🎉 \\"q\\"\\\\"} 1\n',
    );
  });

  test('metrics of the command line are pushed with type and help, and stdin is left alone', async () => {
    const metrics = [
      '--metric',
      'files{kind="a=b}"}=42',
      '--type',
      'gauge',
      '--help',
      'Files.',
      '--metric=files{kind="x"}=-1',
      '--metric',
      'n=NaN',
    ];
    expect(await push(['--job', 'metric', ...metrics], 'ignored 1\n')).toEqual({ code: 0, stdout: '', stderr: '' });
    const text = await page();
    expect(text).toContain('# HELP files Files.\n# TYPE files gauge\n');
    expect(text).toContain('files{instance="",job="metric",kind="a=b}"} 42\n');
    expect(text).toContain('files{instance="",job="metric",kind="x"} -1\n');
    expect(text).not.toContain('ignored');
  });

  test('what Windows leaves in a text is put right and told', async () => {
    expect(await push(['--job', 'windows'], '\ufeffcrlf 1\r\nlast 2')).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'pushgate: stdin: left out the byte order mark at the start\n' +
        'pushgate: stdin: replaced the CRLF line ends by LF\n' +
        'pushgate: stdin: added the missing line feed at the end\n',
    });
    expect(await page()).toContain('last{instance="",job="windows"} 2\n');
  });

  test('a text that is wrong is shown with a mark under the place, and nothing is sent', async () => {
    const file = writeText('good 1\nbad{a="b"} one\n');
    expect(await push(['--job', 'wrong', file])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `pushgate: nothing was pushed: ${file}:2:12: error: text format parsing error in line 2: expected float as value, got "one"\n` +
        '  bad{a="b"} one\n' +
        '             ^\n',
    });
    expect(await push(['--job', 'wrong'], 'x 1\nx 1\n')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('stdin:1:1: error:') as string,
    });
    expect(await push(['--job', 'wrong'], 'x 1 1700000000000\n')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('stdin:1:5:') as string,
    });
    expect(await page()).not.toContain('job="wrong"');
  });

  test('an empty text is an error unless it is allowed', async () => {
    expect(await push(['--job', 'empty'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nothing was pushed: stdin is empty') as string,
    });
    expect(await push(['--job', 'empty'], '# nothing\n')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('stdin holds no metric') as string,
    });
    expect(await page()).not.toContain('job="empty"');
    expect(await push(['--job', 'empty', '--allow-empty'])).toMatchObject({ code: 0 });
    expect(await page()).toContain('job="empty"');
  });

  test('a large text goes out compressed and arrives whole', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `large{i="${i}"} ${i}\n`).join('');
    expect(await push(['--job', 'large'], lines)).toMatchObject({ code: 0, stderr: '' });
    expect(await page()).toContain('large{i="19999",instance="",job="large"} 19999\n');
    const gateway = await startScript(answer(200));
    await runPushgate(['push', '--url', gateway.url, '--job', 'large'], { stdin: lines });
    expect(gateway.seen[0]).toMatchObject({ headers: { 'content-encoding': 'gzip' }, body: lines });
  });

  test('a refusal of the gateway ends with 3 and its words', async () => {
    await push(['--job', 'first'], '# TYPE clash gauge\nclash 1\n');
    const { code, stderr } = await push(['--job', 'second'], '# TYPE clash counter\nclash 1\n');
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^pushgate: error: cannot push to the group \{job="second"\} at .*answered 400: .*clash/),
    ]);
  });

  test('wrong command lines end with 2 and a hint', async () => {
    const f = async (args: readonly string[], want: string): Promise<void> => {
      expect(await push(args), args.join(' ')).toEqual({
        code: 2,
        stdout: '',
        stderr: `pushgate: error: ${want}, try pushgate push --help\n`,
      });
    };
    await f([], '--job is missing: every group has a job');
    await f(['--job', 'a', '--job', 'b'], '--job cannot be repeated');
    await f(['--job', 'a', '--label', 'x'], '--label x is not a name, an equals sign and a value');
    await f(['--job', 'a', '--label=x=1', '--label=x=2'], 'the label x is given twice');
    await f(['--job', 'a', '--metric', 'x'], '--metric "x" is not name=value or name{label="value"}=value');
    await f(['--job', 'a', '--metric', 'x=one'], '--metric "x=one": expected float as value, got "one"');
    await f(['--job', 'a', '--metric', 'x=1\ny=2'], '--metric "x=1\\ny=2" is not name=value or name{label="value"}=value');
    await f(['--job', 'a', '--type', 'gauge'], '--type must stand behind the --metric that it describes');
    await f(
      ['--job', 'a', '--metric=x=1', '--type', 'histogram'],
      '--type takes one of gauge, counter, untyped, not histogram; push other types from a file',
    );
    await f(['--job', 'a', '--user', 'u'], 'the password of u is missing: set PUSHGATE_PASSWORD, or give --password-file');
    await f(['--job', 'a', '--retries', 'many'], '--retries takes a whole number from 0 to 100, not many');
    expect(await push(['--job', 'a', '--label', '__x=1'], 'x 1\n')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('reserved') as string,
    });
    expect(await push(['--job', 'a', '--timeout', '10'], 'x 1\n')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('like 30s') as string,
    });
  });
});

describe('a gateway that is not well', () => {
  test('one that is not there ends with 4 after all attempts', async () => {
    const url = `http://127.0.0.1:${await findFreePort()}`;
    const { code, stderr } = await runPushgate(['push', '--url', url, '--job', 'j', '--retries', '1'], { stdin: 'x 1\n' });
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /^pushgate: connection refused .*; trying again in 0\.\d s \(1 of 1\)\npushgate: error: cannot push .*\(tried 2 times\)\n$/,
    );
  });

  test('one that is slow ends with 4 in time', async () => {
    const gateway = await startScript(stall);
    const { code, stderr } = await runPushgate(['push', '--url', gateway.url, '--job', 'j', '--timeout', '300ms'], { stdin: 'x 1\n' });
    expect([code, stderr]).toEqual([4, expect.stringMatching(/no answer within 0\.3 s\n$/)]);
  });

  test('one that is not ready is asked again when it says', async () => {
    const gateway = await startScript(answer(503, 'loading', { 'retry-after': '1' }), answer(200));
    const { code, stderr } = await runPushgate(['push', '--url', gateway.url, '--job', 'j'], { stdin: 'x 1\n' });
    expect([code, stderr]).toEqual([0, 'pushgate: the gateway answered 503; trying again in 1.0 s (1 of 3)\n']);
  });

  test('Ctrl-C ends a push that waits', async () => {
    const gateway = await startScript(stall);
    const child = spawn(process.execPath, [bin, 'push', '--url', gateway.url, '--job', 'j', '--metric', 'x=1'], { timeout: 20_000 });
    await expect.poll(() => gateway.seen.length, { timeout: 15_000 }).toBe(1);
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)))).toBe('SIGINT');
  });

  test('one that stays full ends with 4', async () => {
    const gateway = await startScript(answer(429, 'too much'));
    expect(await runPushgate(['push', '--url', gateway.url, '--job', 'j', '--retries=0'], { stdin: 'x 1\n' })).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/answered 429: too much\n$/) as string,
    });
  });

  test('a password is sent, from the environment or a file, and never shown', async () => {
    const gateway = await startScript(answer(401, 'Unauthorized'));
    writeFileSync(path.join(folder(), 'password'), 'geheim\n');
    const byFile = ['--user', 'u', '--password-file', path.join(folder(), 'password')];
    for (const [args, env] of [
      [[], { PUSHGATE_USER: 'u', PUSHGATE_PASSWORD: 'geheim' }],
      [byFile, {}],
    ] as const) {
      const ended = await runPushgate(['push', '--url', gateway.url, '--job', 'j', ...args], { stdin: 'x 1\n', env });
      expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('answered 401') as string });
      expect(ended.stderr).not.toContain('geheim');
      expect(gateway.seen.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from('u:geheim').toString('base64')}`);
    }
    await runPushgate(['push', '--url', gateway.url, '--job', 'j'], { stdin: 'x 1\n', env: { PUSHGATE_TOKEN: 'abc' } });
    expect(gateway.seen.at(-1)?.headers.authorization).toBe('Bearer abc');
  });

  test('a password in --url works, with a warning that does not repeat it; one in PUSHGATE_URL is nobody else’s to see', async () => {
    const gateway = await startScript(answer(200));
    const url = gateway.url.replace('//', '//u:geheim@');
    const byFlag = await runPushgate(['push', '--url', url, '--job', 'j'], { stdin: 'x 1\n' });
    expect(byFlag).toMatchObject({ code: 0, stderr: expect.stringMatching(/^pushgate: warning: .*PUSHGATE_URL.*\n$/) as string });
    expect(byFlag.stderr).not.toContain('geheim');
    expect(await runPushgate(['push', '--job', 'j'], { stdin: 'x 1\n', env: { PUSHGATE_URL: url } })).toMatchObject({
      code: 0,
      stderr: '',
    });
    for (const { headers } of gateway.seen) expect(headers.authorization).toBe(`Basic ${Buffer.from('u:geheim').toString('base64')}`);
    expect(gateway.seen).toHaveLength(2);
  });
});

describe('lint', () => {
  test('says what is wrong byte for byte, and what is not as it should be', async () => {
    expect(await runPushgate(['lint', '-'], { stdin: '# HELP a_total A.\n# TYPE a_total counter\na_total 1\n' })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no problems\n',
    });
    const { code, stdout, stderr } = await runPushgate(['lint', '-'], { stdin: 'x 1\r\ny 2' });
    expect([code, stderr]).toEqual([2, '1 error, 4 warnings\n']);
    expect(stdout).toContain('stdin:1:3: error: text format parsing error in line 1: expected float as value, got "1\\r"');
    expect(stdout).toContain('(pushgate push puts this right)\n  x 1␍\n    ^\n');
    expect(stdout).toContain('stdin:2:1: warning: y has no type');
  });

  test('--strict takes warnings for errors, --json prints them', async () => {
    expect(await runPushgate(['lint', '-'], { stdin: 'x 1\n' })).toMatchObject({ code: 0 });
    const { code, stdout } = await runPushgate(['lint', '--strict', '--json', '-'], { stdin: 'x 1\n' });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [{ severity: 'warning', code: 'LINT_NO_TYPE', line: 1, column: 1 }, { code: 'LINT_NO_HELP' }],
    });
  });

  test('--url asks the gateway whether the text fits', async () => {
    await push(['--job', 'holder'], '# TYPE held gauge\nheld 1\n');
    const file = writeText('# HELP held H.\n# TYPE held counter\nheld 1\n');
    expect(await runPushgate(['lint', file])).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await runPushgate(['lint', '--url', server.url, '--job', 'other', '--label', 'x=a/b', file]);
    expect([code, stdout]).toEqual([2, expect.stringMatching(/:1:8: error: .*held/)]);
    expect(stderr).toContain('the push would add 1 family, replace 0 and remove 0\n');
  });

  test('a file that is not there ends with 1', async () => {
    expect(await runPushgate(['lint', path.join(folder(), 'gone')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot read') as string,
    });
    expect(await runPushgate(['lint'])).toMatchObject({ code: 2, stderr: expect.stringContaining('the FILE to check') as string });
  });
});
