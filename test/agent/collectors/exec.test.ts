import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ExecCollector } from '../../../src/agent/collectors/exec.ts';
import type { Collection } from '../../../src/agent/collector.ts';
import { commandOutputBytesMax } from '../../../src/agent/limits.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { linesOf, never } from '../support.ts';

const folder = useTemporaryFolder();

function collect(command: string[], signal = never, environment: Record<string, string> = {}): Promise<Collection> {
  return new ExecCollector('c', { kind: 'exec', command, directory: folder(), environment }).collect(signal);
}

test('a command is run without a shell, and what it prints is taken', async () => {
  const { families, problem } = await collect(['printf', '# TYPE a counter\\na{x="%s"} 1\\n', '$HOME;*']);
  expect(problem).toBeNull();
  expect(linesOf({ families })).toEqual([
    'a{x="$HOME;*"} 1',
    expect.stringMatching(/^exec_duration_seconds\{collector="c"\} 0\.\d+$/),
    'exec_exit_code{collector="c"} 0',
  ]);
  expect(families.find(({ name }) => name === 'a')?.type).toBe('counter');
});

test('a command has its directory and its environment', async () => {
  const { families } = await collect(['sh', '-c', 'echo "a{d=\\"$(pwd)\\",v=\\"$V\\"} 1"'], never, { V: '7' });
  expect(linesOf({ families })[0]).toBe(`a{d="${folder()}",v="7"} 1`);
});

test('what cannot be pushed is told in plain words, and only how the command ended is kept', async () => {
  const f = async (script: string, want: string, exitCode = 0): Promise<void> => {
    const { families, problem } = await collect(['sh', '-c', script]);
    expect(problem, script).toContain(want);
    expect(linesOf({ families }).slice(1), script).toEqual([`exec_exit_code{collector="c"} ${exitCode}`]);
  };
  await f('echo a 1; echo "no config" >&2; echo more >&2; exit 3', 'sh: it ended with exit code 3: no config', 3);
  await f('kill -SEGV $$', 'it ended with exit code 139', 139);
  await f('printf "a 1\\nb x\\n"', 'what it printed cannot be pushed: text format parsing error in line 2');
  await f('printf "a 1"', 'hint: the last line must end in a line feed');
  await f('printf "a 1\\r\\n"', 'carriage return');
  await f('echo "a 1 1700000000000"', 'a has a timestamp, which a pushed metric must not have');
  await f(`yes "a 1" | head -c ${commandOutputBytesMax + 100_000}; sleep 30`, 'killed, since it printed more than is taken', 143);
});

test('a command that hangs is killed with all that it started', async () => {
  const limit = AbortSignal.timeout(300);
  const file = path.join(folder(), 'pid');
  const started = performance.now();
  const { problem } = await collect(['sh', '-c', `trap "" TERM; sleep 60 & echo $! > ${file}; wait; sleep 60`], limit);
  expect(performance.now() - started).toBeLessThan(5000);
  expect(problem).toContain('killed, since it did not end in time');
  await expect.poll(() => isAlive(Number(readFileSync(file, 'utf8')))).toBe(false);
});

test('what a command leaves running does not hold it up, and is ended', async () => {
  const file = path.join(folder(), 'pid');
  const { families, problem } = await collect(['sh', '-c', `sleep 60 & echo $! > ${file}; echo a 1`]);
  expect([problem, linesOf({ families })[0]]).toEqual([null, 'a 1']);
  await expect.poll(() => isAlive(Number(readFileSync(file, 'utf8')))).toBe(false);
});

test('a command that is not there is a failure', async () => {
  await expect(collect(['pushgate-no-such-command'])).rejects.toThrow('cannot run pushgate-no-such-command: there is no such program');
});

/** A zombie, which nobody here waits for, is dead. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
