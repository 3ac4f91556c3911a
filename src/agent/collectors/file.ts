import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createGroupingKey } from '../../model/grouping-key.ts';
import type { Collection, Collector } from '../collector.ts';
import type { FileConfig } from '../config/agent-config.ts';
import { collectionFailure } from '../errors.ts';
import { textFileBytesMax, textFileReadsMax, textFilesMax } from '../limits.ts';
import { describeClashes, type FamilySource, mergeFamilies } from '../merge-families.ts';
import { type MetricDefinition, MetricSheet } from '../metric-sheet.ts';
import { type ParsedExposition, parseExposition } from './parse-exposition.ts';

const mtime: MetricDefinition = {
  name: 'textfile_mtime_seconds',
  type: 'gauge',
  help: 'When the file was last written, in seconds since 1970.',
};
const fileError: MetricDefinition = {
  name: 'textfile_error',
  type: 'gauge',
  help: '1 if the file could not be read or pushed, 0 if it was.',
};

export const fileMetrics: readonly MetricDefinition[] = [mtime, fileError];

/** A directory of text expositions that others write. One that is broken costs its own metrics only. */
export class FileCollector implements Collector {
  readonly #config: FileConfig;

  constructor(config: FileConfig) {
    this.#config = config;
  }

  async collect(signal: AbortSignal): Promise<Collection> {
    const sheet = new MetricSheet();
    const sources: FamilySource[] = [];
    const problems: string[] = [];
    for (const name of await this.#listFiles()) {
      signal.throwIfAborted();
      const { mtimeMs, parsed } = await readExposition(path.join(this.#config.directory, name));
      if (mtimeMs !== null) sheet.add(mtime, { file: name }, mtimeMs / 1000);
      sheet.add(fileError, { file: name }, 'flaw' in parsed ? 1 : 0);
      if ('flaw' in parsed) problems.push(`${name}: ${parsed.flaw}`);
      else sources.push({ name, families: parsed.families });
    }
    // What the group's labels change is looked at where the group is known.
    const { families, clashes } = mergeFamilies(sources, createGroupingKey(new Map()));
    problems.push(...clashes);
    return { families: [...sheet.families(), ...families], problem: describeClashes(problems) };
  }

  async #listFiles(): Promise<string[]> {
    const { directory, files } = this.#config;
    const names = await readdir(directory).catch((cause: unknown) => {
      throw collectionFailure(`cannot read the directory ${directory}: ${(cause as Error).message}`, { cause });
    });
    const meant = names.filter((name) => files.some((pattern) => pattern.matches(name))).sort();
    if (meant.length > textFilesMax) throw collectionFailure(`${directory} has ${meant.length} files, ${textFilesMax} are the most`);
    return meant;
  }
}

interface ReadFile {
  /** `null` for a file that cannot be looked at. */
  readonly mtimeMs: number | null;
  readonly parsed: ParsedExposition;
}

/** Reads a file as it was at one moment. A pipe or a device is refused without waiting for it. */
async function readExposition(file: string): Promise<ReadFile> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    for (let tries = 1; ; tries++) {
      const before = await handle.stat();
      if (!before.isFile()) return { mtimeMs: null, parsed: { flaw: 'it is not a file' } };
      if (before.size > textFileBytesMax)
        return { mtimeMs: before.mtimeMs, parsed: { flaw: `it has more than ${textFileBytesMax} bytes` } };
      const text = await readAll(handle, before.size);
      const after = await handle.stat();
      if (after.mtimeMs === before.mtimeMs && after.size === text.length) return { mtimeMs: after.mtimeMs, parsed: parseExposition(text) };
      if (tries === textFileReadsMax) {
        return { mtimeMs: after.mtimeMs, parsed: { flaw: 'it is being written; write it under another name and rename it then' } };
      }
    }
  } catch (error) {
    return { mtimeMs: null, parsed: { flaw: `cannot read it: ${(error as Error).message}` } };
  } finally {
    await handle?.close();
  }
}

async function readAll(handle: FileHandle, size: number): Promise<Buffer> {
  // One more than it should hold, to notice that it has grown.
  const buffer = Buffer.alloc(size + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
