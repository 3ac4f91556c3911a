/** What `import ... from 'pushgate/client'` gives: docs/client.md. */
export { deleteGroup, push, pushAdd } from './push.ts';
export type { DeleteOptions, GroupOptions, PushOptions, PushResult } from './push.ts';
export { withPush } from './with-push.ts';
export type { WithPushOptions } from './with-push.ts';
export { PushRefusedError, PushTextError, PushUnreachableError } from './errors.ts';
export type { RefusedAnswer } from './errors.ts';
export type { MetricsRegistry, MetricsSource } from './push-text.ts';
export type { BasicAuth, ConnectionOptions, Retry, TlsOptions } from './connection-options.ts';
