import { describe, expect, test } from 'vitest';
import { needs } from './debian.ts';
import { startProcess, startReference } from './server.ts';

const silent = 'require("node:http").createServer((q, s) => s.end("hi")).listen({port})';

test('a started server answers, keeps its log and ends by its own exit code', async () => {
  const script = `console.log('begun'); process.on('SIGTERM', () => process.exit(7)); ${silent}`;
  const server = await startProcess(process.execPath, ['-e', script], { ready: '/' });
  expect(await (await fetch(server.url)).text()).toBe('hi');
  expect(server.log()).toContain('begun');
  expect(await server.stop()).toEqual({ code: 7, signal: null });
});

test('a server that ends at start is an error that tells what it said', async () => {
  const start = startProcess(process.execPath, ['-e', 'console.error("no luck"); process.exit(3)']);
  await expect(start).rejects.toThrow(/ended with code 3; it said:\nno luck/);
});

test('a server that never answers is given up and killed', async () => {
  const start = startProcess(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { startMsMax: 300 });
  await expect(start).rejects.toThrow('no answer within 300 ms');
});

describe.runIf(needs('prometheus-pushgateway'))('the reference', () => {
  test('starts without persistence and takes a push', async () => {
    const server = await startReference();
    const reply = await fetch(`${server.url}/metrics/job/x`, { method: 'PUT', body: 'a 1\n' });
    expect(reply.status).toBe(200);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});
