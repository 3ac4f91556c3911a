import type { HttpHandler, HttpReply } from '../http/types.ts';
import type { Gateway } from './gateway.ts';

const plainText = { 'Content-Type': 'text/plain; charset=utf-8' };
const ok: HttpReply = { status: 200, headers: plainText, body: 'OK' };

/** GET `/-/healthy`: the process answers. Never fails on load, so that no liveness probe restarts a busy gateway (docs/differences.md). */
export function createHealthyHandler(): HttpHandler {
  return () => ok;
}

/** GET `/-/ready`: pushes are taken. Else 503 and the reason. */
export function createReadyHandler(gateway: Gateway): HttpHandler {
  return () => {
    const reason = explainUnready(gateway);
    return reason === null ? ok : { status: 503, headers: plainText, body: `not ready: ${reason}\n` };
  };
}

/** Why no pushes are taken; `null` if they are. */
export function explainUnready({ loader, log, writes }: Pick<Gateway, 'loader' | 'log' | 'writes'>): string | null {
  if (!loader.isLoaded) return loader.progress;
  const { ready, reason } = log.health();
  if (!ready) return reason ?? 'the store does not take writes';
  return writes.isFull ? 'too many writes are waiting for the store' : null;
}
