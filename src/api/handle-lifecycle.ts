import type { HttpHandler } from '../http/types.ts';
import type { Gateway } from './gateway.ts';

const plainText = { 'Content-Type': 'text/plain; charset=utf-8' };

/** PUT and POST of `/-/quit`: a graceful stop, if `--web.enable-lifecycle` allows it. The texts are the reference's. */
export function createQuitHandler({ logger, options }: Gateway): HttpHandler {
  return () => {
    if (!options.enableLifecycle) return { status: 403, headers: plainText, body: 'Lifecycle API is not enabled.' };
    logger.warn({}, 'Received termination request via web service');
    // The answer goes out first: stopping lets running requests finish.
    setImmediate(options.quit);
    return { status: 200, headers: plainText, body: 'Requesting termination... Goodbye!' };
  };
}

/** GET `/-/quit`, which ignores the route prefix (SPEC §2). */
export const rejectQuitByGet: HttpHandler = () => ({ status: 405, headers: plainText, body: 'Only POST or PUT requests allowed.' });
