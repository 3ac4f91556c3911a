import { describe, expect, test } from 'vitest';
import { parseBasicAuth } from '../../src/http/basic-auth.ts';
import type { IncomingRequest } from '../../src/http/messages.ts';
import { cleanPath, decodePath, escapePath, escapeRawBytes, findPlainPathEnd, splitTarget } from '../../src/http/path.ts';
import { refuseMessage } from '../../src/http/protocol.ts';
import { createRouter } from '../../src/http/router.ts';
import { parseAlternativeNames } from '../../src/http/tls.ts';
import { route } from './harness.ts';

const length = 200_000;
const cpuMsMax = 400;
const characters = [' ', '=', '/', '%', ',', ';', '\t', 'a', ':', '"', '.', '+', '\\'];

const ok = (): { status: number } => ({ status: 200 });
const router = createRouter([
  route('GET', '/metrics/job/:job', ok),
  route('GET', '/metrics/job/:job/*labels', ok),
  route('GET', '/metrics', ok),
]);
const message = (headers: Record<string, string>): IncomingRequest =>
  ({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1, headers: { host: 'h', ...headers } }) as unknown as IncomingRequest;

/** Everything in this room that reads what a client wrote. */
const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  findPlainPathEnd,
  splitTarget,
  decodePath,
  cleanPath,
  escapePath,
  escapeRawBytes,
  'a path': (text) => router.route('GET', `/${text}`),
  'a grouping path': (text) => router.route('PUT', `/metrics/job/${text}`),
  'an absolute target': (text) => router.route('GET', `a${text}://${text}`),
  'a query': (text) => router.route('GET', `/Metrics?${text}`),
  parseBasicAuth,
  'basic credentials': (text) => parseBasicAuth(`Basic ${text}`),
  'basic credentials with a bad end': (text) => parseBasicAuth(`Basic ${text}!`),
  expect: (text) => refuseMessage(message({ expect: text })),
  'transfer-encoding': (text) => refuseMessage(message({ 'transfer-encoding': text })),
  parseAlternativeNames: (text) => parseAlternativeNames(`, DNS:${text}, URI:"${text}`),
};

describe('a long text of one character takes no longer than its length', () => {
  test.each(Object.keys(parsers))('%s', (name) => {
    for (const character of characters) {
      const text = character.repeat(length);
      const before = process.cpuUsage();
      parsers[name]?.(text);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000, JSON.stringify(character)).toBeLessThan(cpuMsMax);
    }
  });
});
