import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readExposition } from '../fuzz/exposition.ts';
import type { RunningServer } from '../support/server.ts';
import { connectRaw, type RawClient, rawPush } from './raw-client.ts';
import { eventually, push, scrape, startGateway } from './target.ts';

const mebibyte = 1024 * 1024;

let gateway: RunningServer;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

describe('connections', () => {
  test('that are cut off in the middle of a push leave no group and no open file behind', async () => {
    const filesBefore = openFiles();
    const clients = await connectMany(200);
    for (const [index, client] of clients.entries())
      client.send(rawPush(`/metrics/job/aborted-${String(index)}`, bodyOf(50)).slice(0, -20));
    await fetch(`${gateway.url}/-/healthy`).then((reply) => reply.text());
    for (const client of clients) client.socket.destroy();
    await eventually(5000, () => (openFiles() <= filesBefore + 5 ? true : undefined));
    expect(await scrape(gateway)).not.toContain('aborted-');
  });

  test('that send byte by byte are served in the end and hold up nobody', async () => {
    const clients = await connectMany(50);
    const requests = clients.map((_, index) => rawPush(`/metrics/job/slow-${String(index)}`, 'slow 1\n'));
    const length = Math.max(...requests.map((text) => text.length));
    const latencies: number[] = [];
    for (let at = 0; at < length; at++) {
      for (const [index, client] of clients.entries()) client.send(requests[index]?.charAt(at) ?? '');
      latencies.push(await timeOf(() => push(gateway, '/metrics/job/quick', 'quick 1\n')));
    }
    expect(await Promise.all(clients.map((client) => client.waitForAnswers(1)))).toEqual(clients.map(() => [200]));
    for (const client of clients) client.socket.destroy();
    expect(median(latencies)).toBeLessThan(250);
  });

  test('of 1,000 clients that push at the same moment are all answered', { timeout: 60_000 }, async () => {
    const clients = await connectMany(1000);
    for (const [index, client] of clients.entries()) client.send(rawPush(`/metrics/job/crowd/client/${String(index)}`, 'crowd 1\n'));
    const statuses = await Promise.all(clients.map((client) => client.waitForAnswers(1)));
    for (const client of clients) client.socket.destroy();
    expect(new Set(statuses.flat())).toEqual(new Set([200]));
    expect(readExposition(await scrape(gateway)).get('crowd')?.samples).toHaveLength(1000);
  });

  test('on which 20,000 pushes come without waiting for an answer are all stored, in their order', { timeout: 60_000 }, async () => {
    const client = await connectRaw(gateway.port);
    const count = 20_000;
    for (let index = 0; index < count; index++)
      client.send(rawPush(`/metrics/job/pipelined/n/${String(index % 1000)}`, `pipelined ${String(index)}\n`));
    const statuses = await client.waitForAnswers(count);
    client.socket.destroy();
    expect(new Set(statuses)).toEqual(new Set([200]));
    const samples = readExposition(await scrape(gateway)).get('pipelined')?.samples ?? [];
    expect(samples).toHaveLength(1000);
    expect(samples.every(({ value }) => Number(value) >= count - 1000)).toBe(true);
  });

  test('are kept and used again', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let reused = 0;
    for (let index = 0; index < 200; index++) if (await pushWith(agent, `/metrics/job/kept/n/${String(index % 3)}`)) reused++;
    agent.destroy();
    expect(reused).toBe(199);
  });

  test('take pipelined requests and answer them in order', async () => {
    const [client] = await connectMany(1);
    const good = rawPush('/metrics/job/pipelined', 'pipelined 1\n');
    const bad = rawPush('/metrics/job/pipelined', 'pipelined\n');
    const remove = 'DELETE /metrics/job/pipelined HTTP/1.1\r\nHost: gateway\r\n\r\n';
    const health = 'GET /-/healthy HTTP/1.1\r\nHost: gateway\r\n\r\n';
    client?.send([good, bad, health, remove, good].join('').repeat(40));
    const wanted = Array.from({ length: 40 }, () => [200, 400, 200, 202, 200]).flat();
    expect(await client?.waitForAnswers(wanted.length)).toEqual(wanted);
    client?.socket.destroy();
  });
});

describe('memory', () => {
  test('does not grow with pushes that replace each other', { timeout: 60_000 }, async () => {
    const send = async (count: number): Promise<void> => {
      const [client] = await connectMany(1);
      for (let sent = 0; sent < count; sent += 50) {
        const batch = Array.from({ length: 50 }, (_, index) => rawPush(`/metrics/job/again/n/${String(index % 10)}`, bodyOf(50)));
        client?.send(batch.join(''));
        await client?.waitForAnswers(sent + 50);
      }
      client?.socket.destroy();
    };
    await send(500);
    const before = residentBytes();
    await send(4000);
    // 4,000 bodies and their samples would be more than 20 MiB many times over; a lazy collector needs some room.
    expect(residentBytes() - before).toBeLessThan(150 * mebibyte);
  });

  test('does not grow with scrapes that nobody reads, and pushes go on beside them', { timeout: 90_000 }, async () => {
    for (let index = 0; index < 5; index++) await push(gateway, `/metrics/job/big/n/${String(index)}`, bodyOf(20_000));
    const pageBytes = (await scrape(gateway)).length;
    expect(pageBytes).toBeGreaterThan(5 * mebibyte);
    const before = residentBytes();
    const stalled = await connectMany(20);
    for (const client of stalled) {
      client.socket.pause();
      client.send('GET /metrics HTTP/1.1\r\nHost: gateway\r\n\r\n');
    }
    await sleep(500);
    const latencies: number[] = [];
    for (let index = 0; index < 20; index++)
      latencies.push(await timeOf(() => push(gateway, '/metrics/job/beside', `beside ${String(index)}\n`)));
    expect(Math.max(...latencies)).toBeLessThan(5000);
    // Twenty copies of the page would be more than this.
    expect(residentBytes() - before).toBeLessThan(Math.max(100 * mebibyte, 10 * pageBytes));
    const [first] = stalled;
    first?.socket.resume();
    // What a stalled scrape shows is what was there when it began, and whole.
    await eventually(30_000, () => (first?.received().includes('\r\n0\r\n\r\n') ? true : undefined));
    for (const client of stalled) client.socket.destroy();
  });
});

function connectMany(count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => connectRaw(gateway.port)));
}

/** A body of so many samples in five families. */
function bodyOf(samples: number): string {
  const families = Array.from({ length: 5 }, (_, family) => {
    const lines = Array.from(
      { length: samples / 5 },
      (_, index) => `load_${String(family)}{item="item ${String(index)}"} ${String(Math.random())}\n`,
    );
    return `# HELP load_${String(family)} Made up.\n# TYPE load_${String(family)} gauge\n${lines.join('')}`;
  });
  return families.join('');
}

/** Pushes once; whether the connection was an old one. */
function pushWith(agent: Agent, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port: gateway.port, path, method: 'PUT' }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`answered with ${String(reply.statusCode)}`));
      reply.resume().once('end', () => {
        resolve(sent.reusedSocket);
      });
    });
    sent.once('error', reject).end('kept 1\n');
  });
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

function openFiles(): number {
  return readdirSync(`/proc/${String(gateway.pid)}/fd`).length;
}

function residentBytes(): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(gateway.pid)}/status`, 'latin1')) ?? [];
  return Number(kibibytes) * 1024;
}
