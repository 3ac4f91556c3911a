import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { webConfigFailure } from './errors.ts';
import { webConfigBytesMax, webConfigCheckIntervalMs } from './limits.ts';

/**
 * Says whether files changed since it was last asked, by their time, size and inode. Looks at most once per `webConfigCheckIntervalMs`,
 * and only when it is asked: no timer, nothing to close.
 */
export class FileWatch {
  private readonly clock: Clock;
  private files: readonly string[];
  private seen: string;
  private lookedMs: number;

  constructor(files: readonly string[], clock: Clock) {
    this.clock = clock;
    this.files = files;
    this.seen = describe(files);
    this.lookedMs = clock.nowMs();
  }

  /** From now on watches these, as they are now. */
  follow(files: readonly string[]): void {
    this.files = files;
    this.seen = describe(files);
  }

  hasChanged(): boolean {
    const nowMs = this.clock.nowMs();
    // A clock that was set back must not stop us looking.
    if (nowMs >= this.lookedMs && nowMs - this.lookedMs < webConfigCheckIntervalMs) return false;
    this.lookedMs = nowMs;
    const now = describe(this.files);
    if (now === this.seen) return false;
    this.seen = now;
    return true;
  }
}

function describe(files: readonly string[]): string {
  return files.map(describeFile).join('\n');
}

function describeFile(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}

/** Reads a small text file. Throws a Failure without the name of the file: the caller says what it is for. */
export function readSmallFile(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > webConfigBytesMax) throw webConfigFailure(`it has ${size} bytes, ${webConfigBytesMax} are the most`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw webConfigFailure(readReasons[code ?? ''] ?? message, { cause });
  }
}

const readReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};
