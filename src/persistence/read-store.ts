import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { storeDamaged } from './errors.ts';
import { readAheadBytes } from './limits.ts';
import { PageError } from './lmdb-page.ts';
import { PageFile, readLatestMeta, walkPages, type PageUse } from './lmdb-walk.ts';
import type { Change, FormRecord, GroupRecord } from './group-log.ts';
import {
  addChecksum,
  checksumOfForm,
  decodeEntry,
  decodeFormEntry,
  decodeStoreHeader,
  formKeyBytes,
  headerKey,
  type Entry,
  type StoreHeader,
} from './store-record.ts';

/** All that a store file holds. */
export interface StoreContent extends PageUse {
  readonly header: StoreHeader;
  readonly entries: readonly StoredGroup[];
  /** What the forms take that groups share. */
  readonly formBytes: number;
}

/** A group as it stands in the file. */
export interface StoredGroup extends Change, Pick<Entry, 'checksum' | 'formId' | 'number'> {
  readonly value: GroupRecord;
}

/**
 * Reads a store file from end to end without LMDB and checks it: its pages (see `walkPages`), each entry against its checksum and its
 * key, that each group is there once, each form against its id, that every group has the form that it rests on, and all of them together against the header. Opens it for reading only. Throws `PG_STORE_DAMAGED`, which says what is wrong,
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
    const found = new FoundEntries();
    const use = walkPages(new PageFile(fd, fileBytes, meta.pageSize), meta, (key, data, page) => {
      found.add(key, data, page);
    });
    return { ...use, ...found.check() };
  }
}

/** What the pages of a store hold. */
class FoundEntries {
  #header: StoreHeader | null = null;
  readonly #entries: Entry[] = [];
  readonly #keys = new Set<string>();
  /** Where each of them stands. */
  readonly #pages: number[] = [];
  readonly #forms = new Map<string, FormRecord>();
  #formBytes = 0;
  #sum = 0;

  add(key: Buffer, data: Buffer, page: number): void {
    if (key.equals(headerKey)) {
      this.#header = decodeStoreHeader(data);
    } else if (key.length === formKeyBytes) {
      const form = decodeFormEntry(key, data);
      if (typeof form === 'string') throw new PageError(page, `the form ${key.toString('hex')} is damaged: ${form}`);
      this.#forms.set(form.id, form);
      this.#formBytes += data.length;
      this.#sum = addChecksum(this.#sum, checksumOfForm(form.id));
    } else {
      const entry = decodeEntry(key, data);
      if (typeof entry === 'string') throw new PageError(page, `the entry ${key.toString('hex')} is damaged: ${entry}`);
      if (this.#keys.has(entry.key)) throw new PageError(page, `the group ${entry.key} stands there a second time`);
      this.#keys.add(entry.key);
      this.#entries.push(entry);
      this.#pages.push(page);
      this.#sum = addChecksum(this.#sum, entry.checksum);
    }
  }

  /** Once all are there. */
  check(): Pick<StoreContent, 'header' | 'entries' | 'formBytes'> {
    const header = this.#header;
    const groups = this.#entries.length;
    if (header === null) throw new PageError(0, 'the header record of a Pushgate store is missing');
    if (header.groupCount !== groups) throw new PageError(0, `it holds ${groups} groups and should hold ${header.groupCount}`);
    const entries = this.#entries.map((entry, i): StoredGroup => {
      const group = bringForm(entry, this.#forms);
      if (group === null) throw new PageError(this.#pages[i] ?? 0, `the form of the group ${entry.key} is missing`);
      return group;
    });
    const forms = this.#forms.size;
    if (header.formCount !== forms) throw new PageError(0, `it holds ${forms} forms and should hold ${header.formCount}`);
    if (header.checksumSum !== this.#sum) throw new PageError(0, 'its groups are not those of the last commit');
    return { header, entries, formBytes: this.#formBytes };
  }
}

/** A group with the form that it rests on, or null if that is not among these. */
export function bringForm(
  { key, revision, checksum, formId, number, bytes }: Entry,
  forms: ReadonlyMap<string, FormRecord>,
): StoredGroup | null {
  const form = formId === null ? null : forms.get(formId);
  return form === undefined ? null : { key, revision, checksum, formId, number, value: { bytes, form } };
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
