import { spawnSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { storeHeld, storePathUnusable } from './errors.ts';

/** Attempts to get the lock when its file is being replaced by others. */
const attemptsMax = 10;

/** Who holds a store, as the lock file tells. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in the kernel's terms, so that a new process with an old number is not taken for it; '' where unknown. */
  readonly started: string;
}

/** The right to use a store, held until `release` or the end of the process, however it ends. */
export interface StoreLock {
  release(): void;
}

/**
 * Takes the lock beside a store. Rejects a second taker with `PG_STORE_HELD`, naming the holder.
 *
 * Node cannot ask for a kernel lock, but flock(2) locks an open file, not a process: the command `flock` locks the one that it
 * inherits, ends, and leaves us the lock, which the kernel drops when we die. So it also holds between containers, where process
 * numbers mean nothing. Without the command the process number in the file decides.
 */
export function acquireStoreLock(path: string): StoreLock {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const lock = takeKernelLock(path);
    if (lock !== null) return lock;
  }
  throw storeHeld(`cannot lock the store: ${path} is being replaced by other processes`);
}

/** Returns `null` when the file was replaced meanwhile. */
function takeKernelLock(path: string): StoreLock | null {
  const fd = openLockFile(path);
  const { status, error } = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  if (error !== undefined) {
    // A lock file of the other kind is never empty: this one we just made.
    if (fstatSync(fd).size === 0) unlinkSync(path);
    closeSync(fd);
    return takeFileLock(path);
  }
  if (status !== 0) {
    const holder = readHolder(path);
    closeSync(fd);
    throw storeHeld(describeHolder(path, holder));
  }
  // A holder that ends removes its file: a lock on a file that has no name any more locks nobody out.
  if (fstatSync(fd).ino !== statSync(path, { throwIfNoEntry: false })?.ino) {
    closeSync(fd);
    return null;
  }
  ftruncateSync(fd, 0);
  writeSync(fd, describeSelf());
  return {
    release() {
      unlinkSync(path);
      closeSync(fd);
    },
  };
}

/** Returns `null` when another process was faster, or when what is left of a dead holder was put away. */
function takeFileLock(path: string): StoreLock | null {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, describeSelf());
  try {
    linkSync(own, path);
    return {
      release() {
        unlinkSync(path);
      },
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw storePathUnusable(`cannot lock the store: ${path}`, { cause: error });
    const holder = readHolder(path);
    if (holder === null || isAlive(holder)) throw storeHeld(describeHolder(path, holder));
    renameSync(path, own);
    return null;
  } finally {
    unlinkSync(own);
  }
}

function openLockFile(path: string): number {
  try {
    return openSync(path, 'a+', 0o644);
  } catch (error) {
    throw storePathUnusable(`cannot create the lock file ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function describeSelf(): string {
  return JSON.stringify({ pid: process.pid, host: hostname(), started: readProcessStart(process.pid) } satisfies Holder);
}

function readHolder(path: string): Holder | null {
  try {
    const { pid, host, started } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host, started: started ?? '' } : null;
  } catch {
    return null;
  }
}

function describeHolder(path: string, holder: Holder | null): string {
  const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return `cannot open the store: ${who} holds it (${path}); stop it first, or give this one another --persistence.file`;
}

/** A process of another machine counts as alive: nothing here can tell. */
function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return started === '' || started === readProcessStart(pid);
}

/** Clock ticks from boot to the start of a process, and which boot (proc(5), field 22 of stat); '' where there is no /proc. */
function readProcessStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${afterName[19]}`;
  } catch {
    return '';
  }
}
