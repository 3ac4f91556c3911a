import { needs } from '../support/debian.ts';
import { type RunningServer, startPushgate, startReference } from '../support/server.ts';

/**
 * Starts the gateway under test. `E2E_TARGET=reference npx vitest run test/e2e` turns the same tests on Debian's pushgateway, which
 * shows that they ask for nothing that the reference does not do.
 */
export function startGateway(flags: readonly string[] = []): Promise<RunningServer> {
  return isReference ? startReference(flags) : startPushgate(flags);
}

export const isReference: boolean = process.env.E2E_TARGET === 'reference' && needs('prometheus-pushgateway');

/** Pushes a body with PUT and throws if it is not taken. */
export async function push(gateway: RunningServer, path: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const reply = await fetch(gateway.url + path, { method: 'PUT', body });
  if (reply.status !== 200) throw new Error(`PUT ${path} was answered with ${String(reply.status)}: ${await reply.text()}`);
  await reply.arrayBuffer();
}

/** The page as a scraper gets it. */
export async function scrape(gateway: RunningServer): Promise<string> {
  const reply = await fetch(`${gateway.url}/metrics`);
  const page = await reply.text();
  if (reply.status !== 200) throw new Error(`the scrape was answered with ${String(reply.status)}: ${page}`);
  return page;
}

/** Tries again until it gives something other than `undefined`; the last error or a timeout tells why it never did. */
export async function eventually<T>(msMax: number, attempt: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const until = performance.now() + msMax;
  let last: unknown = new Error(`nothing came within ${String(msMax)} ms`);
  do {
    try {
      const found = await attempt();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  } while (performance.now() < until);
  throw last;
}

const pollMs = 50;
