import { test } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why something was not tested that needs a tool nobody has to have. */
    leftOut?: string;
  }
}

/**
 * Says that something is not tested here, for want of a tool that nobody has to have (a compiler that Debian is too old for, a registry).
 * Unlike a skip it fails nothing in CI, but the end of the run tells of it as loudly. What Debian has is for `needs`.
 * The tests themselves are then not even listed (`else describe(...)`): as skipped ones they would fail CI.
 */
export function leaveOut(name: string, reason: string): void {
  test(`${name} is left out`, ({ task }) => {
    task.meta.leftOut = `${name}: ${reason}`;
  });
}
