import { Readable, Writable } from 'node:stream';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { findCommand } from '../../../src/cli/commands/command-table.ts';
import { runCommand } from '../../../src/cli/commands/run-command.ts';
import { storeFamilies } from '../../../src/exposition/store-family.ts';
import { parseText } from '../../../src/exposition/text-parser.ts';
import type { Group } from '../../../src/model/group.ts';
import { encodeGroupRecord } from '../../../src/persistence/group-record.ts';
import { createStoreFile } from '../../../src/persistence/store-file.ts';
import { keyOf } from '../../store/support.ts';

export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The time that every command of a test believes in. */
export const nowMs = 1_800_000_000_000;

export interface Surroundings {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether stdin, stdout and stderr are a terminal, 80 columns wide. */
  readonly isTerminal?: boolean;
  readonly logger?: Logger;
}

/** Runs a command in this process. */
export async function run(argv: readonly string[], given: string | Surroundings = {}): Promise<Ending> {
  const { stdin = '', env = {}, isTerminal = false, logger = silentLogger } = typeof given === 'string' ? { stdin: given } : given;
  const [name, ...args] = argv;
  const command = findCommand(name);
  if (command === undefined) throw new Error(`no command ${name ?? ''}`);
  const texts = { stdout: '', stderr: '' };
  const sink = (stream: keyof typeof texts): Writable & { isTTY: boolean; columns: number } =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _, done) {
          texts[stream] += chunk.toString();
          done();
        },
      }),
      { isTTY: isTerminal, columns: 80 },
    );
  const io = {
    stdin: Object.assign(Readable.from([Buffer.from(stdin)]), { isTTY: isTerminal }),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    clock: { nowMs: () => nowMs },
    logger,
    env,
    signal: new AbortController().signal,
  };
  return { code: await runCommand(command, args, io), ...texts };
}

/** A group as a push of this text makes it. */
export function groupOf(labels: Readonly<Record<string, string>>, body: string, pushedAtMs = 1_700_000_000_123.456, failedAtMs = 0): Group {
  const key = keyOf(labels);
  const families = storeFamilies(parseText(Buffer.from(body), { allowUtf8Names: true }), key, pushedAtMs);
  return {
    key,
    families: new Map(families.map((family) => [family.name, family])),
    pushTimeSeconds: pushedAtMs / 1000,
    failureTimeSeconds: failedAtMs / 1000,
  };
}

/** Makes a store with these groups. */
export async function makeStore(file: string, groups: readonly Group[]): Promise<void> {
  const records = groups.map((group) => ({ key: group.key.id, value: encodeGroupRecord(group) }));
  await createStoreFile(file, { createdBy: '1.2.3', createdAtMs: 0, groups: records });
}
