import type { HttpHandler } from '../../http/types.ts';
import type { Gateway } from '../gateway.ts';
import { corsHeaders } from '../cors-headers.ts';

/** GET `/api/v1/events`: what changes, as server-sent events (WHATWG HTML, server-sent events). */
export function createEventsHandler({ changes }: Gateway): HttpHandler {
  return () => ({
    status: 200,
    // Proxies such as nginx would gather what shall go out at once.
    headers: { ...corsHeaders, 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' },
    body: changes.listen(),
  });
}
