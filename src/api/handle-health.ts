import type { HttpHandler, HttpReply } from '../http/types.ts';
import type { Gateway } from './gateway.ts';

const plainText = { 'Content-Type': 'text/plain; charset=utf-8' };
const ok: HttpReply = { status: 200, headers: plainText, body: 'OK' };

/** GET `/-/healthy`: the process answers. Never fails on load, so that no liveness probe restarts a busy gateway (docs/differences.md). */
export function createHealthyHandler(): HttpHandler {
  return () => ok;
}

/** GET `/-/ready`: pushes are taken. Else 503 and the reason. */
export function createReadyHandler({ loader, log, writes }: Gateway): HttpHandler {
  return () => {
    if (!loader.isLoaded) return { status: 503, headers: plainText, body: `not ready: ${loader.progress}\n` };
    const { ready, reason } = log.health();
    if (!ready) return { status: 503, headers: plainText, body: `not ready: ${reason ?? 'the store does not take writes'}\n` };
    if (writes.isFull) return { status: 503, headers: plainText, body: 'not ready: too many writes are waiting for the store\n' };
    return ok;
  };
}
