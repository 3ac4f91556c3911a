import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseCommandLine } from './command-line.ts';
import type { Flags } from './flags.ts';

/** What the program is called on a command line: through node, or by its own name. */
const programNames: ReadonlySet<string> = new Set(['pushgate.js', 'pushgate']);

/**
 * The flags of the Pushgate server that runs on this machine, or in this container; of several, those of the one with the lowest process
 * id. Null if none can be seen. Linux only: it reads `/proc`.
 */
export function findServerFlags(procFolder = '/proc'): Flags | null {
  for (const pid of listProcesses(procFolder)) {
    const flags = readServerFlags(path.join(procFolder, String(pid), 'cmdline'));
    if (flags !== null) return flags;
  }
  return null;
}

function listProcesses(procFolder: string): number[] {
  try {
    return readdirSync(procFolder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

/** Null for a process that is no server of ours, or is gone. */
function readServerFlags(cmdlineFile: string): Flags | null {
  const argv = readArguments(cmdlineFile);
  // Behind an init or node, what follows the program's name is the program's. A script of a shell is one argument, with blanks.
  const nameAt = argv.findIndex((arg) => programNames.has(path.basename(arg)) && !/\s/.test(arg));
  if (nameAt === -1) return null;
  const commandLine = parseCommandLine(argv.slice(nameAt + 1));
  return commandLine.kind === 'serve' ? commandLine.flags : null;
}

function readArguments(cmdlineFile: string): string[] {
  try {
    return readFileSync(cmdlineFile, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
