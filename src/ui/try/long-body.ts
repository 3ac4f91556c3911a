/** A body that is too long for the address, kept for this tab beside the address of the rest. One at a time. */
interface LongBody {
  readonly address: string;
  readonly body: string;
}

const storageKey = 'pushgate-long-body';

/** Keeps the body over a reload of this tab; says whether the browser took it. `''` forgets what was kept. */
export function keepLongBody(address: string, body: string): boolean {
  try {
    if (body === '') sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, JSON.stringify({ address, body } satisfies LongBody));
    return true;
  } catch {
    return false;
  }
}

/** The body that was kept with this address, or `''`. */
export function findLongBody(address: string): string {
  try {
    const kept = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as LongBody | null;
    return kept?.address === address ? kept.body : '';
  } catch {
    return '';
  }
}
