import type { Clock } from '../base/clock.ts';
import { parseBasicAuth, PasswordChecker, type Verdict } from './basic-auth.ts';
import { RateLimiter } from './rate-limiter.ts';
import { errorReply, statusReply } from './replies.ts';
import type { HttpReply } from './types.ts';
import type { WebConfigSource } from './web-config-source.ts';

/** What the web configuration does to every request before it is routed. */
export interface Gate {
  /** Null: come in. Otherwise the reply of a request that may not, perhaps after its password was checked. */
  admit(authorization: string | undefined): HttpReply | null | Promise<HttpReply | null>;
  /** Headers for every reply, refusals included. */
  extraHeaders(): Readonly<Record<string, string>>;
}

const brokenConfigReply = statusReply(500);
const tooManyRequestsReply = statusReply(429);
const unauthorizedReply = statusReply(401, { 'WWW-Authenticate': 'Basic' });
const busyReply = errorReply(503, 'cannot check the password: too many checks are waiting', { 'Retry-After': '1' });

const replies: Readonly<Record<Verdict, HttpReply | null>> = { accepted: null, refused: unauthorizedReply, busy: busyReply };

/** In the toolkit's order: a broken file is a 500, then the rate limit, then users. No path is exempt, not even one that is unknown. */
export function createGate(source: WebConfigSource, clock: Clock): Gate {
  const { rateLimit } = source.initial;
  const limiter = rateLimit === null ? null : new RateLimiter(rateLimit.intervalMs, rateLimit.burst, clock);
  const checker = new PasswordChecker();
  return {
    admit(authorization) {
      const config = source.current();
      if (config === null) return brokenConfigReply;
      if (limiter !== null && !limiter.allows()) return tooManyRequestsReply;
      if (config.users.size === 0) return null;
      const credentials = parseBasicAuth(authorization);
      if (credentials === null) return unauthorizedReply;
      const verdict = checker.check(credentials, config.users);
      return verdict instanceof Promise ? verdict.then((settled) => replies[settled]) : replies[verdict];
    },
    extraHeaders: () => source.current()?.headers ?? {},
  };
}
