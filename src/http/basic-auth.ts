import { createHmac, randomBytes } from 'node:crypto';
import { parseOptions, verify } from '@node-rs/bcrypt';
import { passwordChecksRunningMax, passwordChecksWaitingMax, verdictsMax } from './limits.ts';

/** What a check says; `busy`: too many are waiting to make another one. */
export type Verdict = 'accepted' | 'refused' | 'busy';

/** User and password of an `Authorization: Basic` header (RFC 7617). */
export interface Credentials {
  readonly user: string;
  /** As bytes: bcrypt takes what was typed, whatever its encoding. */
  readonly password: Buffer;
}

/** Parses the header strictly, as Go does; null if it is missing or anything else. */
export function parseBasicAuth(header: string | undefined): Credentials | null {
  const match = /^basic ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/i.exec(header ?? '');
  const decoded = match === null ? null : Buffer.from(match[1] ?? '', 'base64');
  const colon = decoded?.indexOf(58 /* : */) ?? -1;
  if (decoded === null || colon === -1) return null;
  return { user: decoded.toString('utf8', 0, colon), password: decoded.subarray(colon + 1) };
}

/**
 * Checks passwords against bcrypt hashes in the thread pool, a few at a time, and remembers the verdicts under a keyed hash of user,
 * password and stored hash; never the password. A changed hash is thus checked anew. Verdicts are kept until newer ones push them out.
 */
export class PasswordChecker {
  private readonly secret = randomBytes(32);
  private readonly accepted = new Set<string>();
  private readonly refused = new Set<string>();
  private readonly underWay = new Map<string, Promise<Verdict>>();
  private readonly waiting: (() => void)[] = [];
  private readonly decoys = new WeakMap<ReadonlyMap<string, string>, string>();
  private running = 0;

  /** Answers at once if it knows. Unknown users cost as much as known ones, so that the time does not tell who exists. */
  check({ user, password }: Credentials, users: ReadonlyMap<string, string>): Verdict | Promise<Verdict> {
    const stored = users.get(user);
    const hash = stored ?? this.findDecoy(users);
    const key = this.makeKey(user, password, hash);
    if (this.accepted.has(key)) return 'accepted';
    if (this.refused.has(key)) return 'refused';
    const underWay = this.underWay.get(key);
    if (underWay !== undefined) return underWay;
    if (this.waiting.length >= passwordChecksWaitingMax) return 'busy';
    const verdict = this.run(key, password, hash, stored !== undefined);
    this.underWay.set(key, verdict);
    return verdict;
  }

  private async run(key: string, password: Buffer, hash: string, isKnown: boolean): Promise<Verdict> {
    if (this.running >= passwordChecksRunningMax) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      const isAccepted = (await verify(password, hash)) && isKnown;
      remember(isAccepted ? this.accepted : this.refused, key);
      return isAccepted ? 'accepted' : 'refused';
    } finally {
      this.underWay.delete(key);
      // The place goes straight to the next in line.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }

  private findDecoy(users: ReadonlyMap<string, string>): string {
    const decoy = this.decoys.get(users) ?? makeDecoy(users);
    this.decoys.set(users, decoy);
    return decoy;
  }

  private makeKey(user: string, password: Buffer, hash: string): string {
    const hmac = createHmac('sha256', this.secret);
    // With its length before it, no part can pass for a piece of its neighbour.
    return hmac.update(`${user.length} ${user} ${hash.length} ${hash} `).update(password).digest('base64');
  }
}

function remember(verdicts: Set<string>, key: string): void {
  if (verdicts.size >= verdictsMax) {
    const [oldest] = verdicts;
    if (oldest !== undefined) verdicts.delete(oldest);
  }
  verdicts.add(key);
}

/** A hash that costs as much as the most expensive one of the users, and that no password is accepted for. */
function makeDecoy(users: ReadonlyMap<string, string>): string {
  let cost = 4;
  for (const hash of users.values()) cost = Math.max(cost, parseOptions(hash).cost);
  return `$2b$${String(cost).padStart(2, '0')}$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi`;
}
