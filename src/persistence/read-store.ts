import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { storeDamaged } from './errors.ts';
import { readAheadBytes } from './limits.ts';
import { PageError } from './lmdb-page.ts';
import { PageFile, readLatestMeta, walkPages, type PageUse } from './lmdb-walk.ts';
import { addChecksum, decodeEntry, decodeStoreHeader, headerKey, type Entry, type StoreHeader } from './store-record.ts';

/** All that a store file holds. */
export interface StoreContent extends PageUse {
  readonly header: StoreHeader;
  readonly entries: readonly Entry[];
}

/**
 * Reads a store file from end to end without LMDB and checks it: its pages (see `walkPages`), each entry against its checksum and its
 * key, and all of them together against the header. Opens it for reading only. Throws `PG_STORE_DAMAGED`, which says what is wrong,
 * where, and what to do. Nobody may be writing the file.
 */
export function readStore(file: string): StoreContent {
  const fd = openSync(file, 'r');
  try {
    const fileBytes = fstatSync(fd).size;
    readAhead(fd, fileBytes);
    return collectContent(fd, fileBytes);
  } catch (error) {
    if (error instanceof PageError) throw storeDamaged(describeDamage(file, `page ${error.page}: ${error.message}`), { cause: error });
    throw error;
  } finally {
    closeSync(fd);
  }

  function collectContent(fd: number, fileBytes: number): StoreContent {
    const meta = readLatestMeta(fd, fileBytes);
    const entries: Entry[] = [];
    let header: StoreHeader | null = null;
    let sum = 0;
    const use = walkPages(new PageFile(fd, fileBytes, meta.pageSize), meta, (key, data, page) => {
      if (key.equals(headerKey)) {
        header = decodeStoreHeader(data);
        return;
      }
      const entry = decodeEntry(key, data);
      if (typeof entry === 'string') throw new PageError(page, `the entry ${key.toString('hex')} is damaged: ${entry}`);
      entries.push(entry);
      sum = addChecksum(sum, entry.checksum);
    });
    return { ...use, entries, header: checkHeader(header, entries, sum) };
  }
}

function checkHeader(header: StoreHeader | null, entries: readonly Entry[], sum: number): StoreHeader {
  if (header === null) throw new PageError(0, 'the header record of a Pushgate store is missing');
  if (header.groupCount !== entries.length)
    throw new PageError(0, `it holds ${entries.length} groups and should hold ${header.groupCount}`);
  if (header.checksumSum !== sum) throw new PageError(0, 'its groups are not those of the last commit');
  return header;
}

/** The walk jumps about: one pass from front to back first spares a disk thousands of single reads. */
function readAhead(fd: number, fileBytes: number): void {
  const scratch = Buffer.allocUnsafeSlow(Math.min(readAheadBytes, fileBytes));
  for (let position = 0; position < fileBytes; position += scratch.length) readSync(fd, scratch, 0, scratch.length, position);
}

/** Says what is wrong with a store and what to do about it. */
export function describeDamage(file: string, what: string): string {
  return (
    `the store ${file} is damaged at ${what}. Nothing was changed. Restore it from a backup, or run ` +
    `'pushgate check --salvage NEWFILE ${file}' and start with NEWFILE`
  );
}
