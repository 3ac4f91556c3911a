import type { Batch, FormRecord, GroupRecord } from './group-log.ts';
import type { LmdbChange } from './lmdb-file.ts';
import {
  addChecksum,
  checksumOfForm,
  encodeStoreHeader,
  type Entry,
  headerKey,
  makeEntryKey,
  makeFormKey,
  measureEntry,
  type StoreHeader,
  writeEntry,
} from './store-record.ts';

/** What is known of the entry of a group. */
interface EntryMark {
  /** Its LMDB key, since a digest for each push would be dear. */
  readonly entryKey: Buffer;
  readonly checksum: number;
  readonly formId: string | null;
}

/** One transaction, made before it is known whether it will succeed. */
export interface Transaction {
  readonly changes: readonly LmdbChange[];
  readonly header: StoreHeader;
  /** The entries as they will be; `null`: gone. */
  readonly marks: ReadonlyMap<string, EntryMark | null>;
  /** The forms whose use changes, and how many groups will rest on each. */
  readonly formUsers: ReadonlyMap<string, number>;
  readonly bytes: number;
}

/**
 * What a store file holds, as far as it takes to write to it without reading it: a checksum for each entry, and how many groups rest on each
 * form. A form is written by the transaction that brings the first group that rests on it, and removed by the one that takes the last.
 */
export class StoreTally {
  #header: StoreHeader;
  readonly #marks = new Map<string, EntryMark>();
  readonly #formUsers = new Map<string, number>();

  constructor(header: StoreHeader, entries: Iterable<Pick<Entry, 'key' | 'checksum' | 'formId'>>) {
    this.#header = header;
    for (const { key, checksum, formId } of entries) {
      this.#marks.set(key, { entryKey: makeEntryKey(key), checksum, formId });
      if (formId !== null) this.#formUsers.set(formId, (this.#formUsers.get(formId) ?? 0) + 1);
    }
  }

  /** Of the last transaction that was applied. */
  get header(): StoreHeader {
    return this.#header;
  }

  /** What the file has to be told for this batch to be in it as `revision`. */
  prepare(batch: Batch, revision: bigint): Transaction {
    const draft = new TransactionDraft(this.#header, this.#formUsers);
    const writes: EntryWrite[] = [];
    for (const { key, value } of batch.changes) {
      const last = this.#marks.get(key);
      if (last !== undefined) draft.drop(last);
      if (value !== null) writes.push({ key, entryKey: last?.entryKey ?? makeEntryKey(key), record: value() });
      else if (last !== undefined) draft.remove(key, last);
    }
    draft.putAll(writes, revision);
    return draft.finish(revision);
  }

  /** Notes that a transaction is in the file. */
  apply({ header, marks, formUsers }: Transaction): void {
    this.#header = header;
    for (const [key, mark] of marks) {
      if (mark === null) this.#marks.delete(key);
      else this.#marks.set(key, mark);
    }
    for (const [id, users] of formUsers) {
      if (users === 0) this.#formUsers.delete(id);
      else this.#formUsers.set(id, users);
    }
  }
}

interface EntryWrite {
  readonly key: string;
  readonly entryKey: Buffer;
  readonly record: GroupRecord;
}

class TransactionDraft {
  readonly #before: StoreHeader;
  readonly #formUsersBefore: ReadonlyMap<string, number>;
  readonly #changes: LmdbChange[] = [];
  readonly #marks = new Map<string, EntryMark | null>();
  readonly #formUsers = new Map<string, number>();
  /** Those that groups of this transaction rest on. */
  readonly #forms = new Map<string, FormRecord>();
  #groupCount: number;
  #checksumSum: number;
  #bytes = 0;

  constructor(before: StoreHeader, formUsersBefore: ReadonlyMap<string, number>) {
    this.#before = before;
    this.#formUsersBefore = formUsersBefore;
    this.#groupCount = before.groupCount;
    this.#checksumSum = before.checksumSum;
  }

  /** Takes the entry that a group had out of the sums. */
  drop({ checksum, formId }: EntryMark): void {
    this.#groupCount -= 1;
    this.#checksumSum = addChecksum(this.#checksumSum, -checksum);
    if (formId !== null) this.#useForm(formId, -1);
  }

  remove(key: string, { entryKey }: EntryMark): void {
    this.#changes.push({ key: entryKey, value: null });
    this.#marks.set(key, null);
  }

  /** Entries in one buffer: LMDB asks for the address of each buffer once. */
  putAll(writes: readonly EntryWrite[], revision: bigint): void {
    const lengths = writes.map(({ key, record }) => measureEntry(key, record));
    const bytes = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0));
    let end = 0;
    writes.forEach(({ key, entryKey, record }, i) => {
      const start = end;
      end += lengths[i] as number;
      const value = bytes.subarray(start, end);
      const checksum = writeEntry(value, key, revision, record);
      this.#put(key, value, { entryKey, checksum, formId: record.form?.id ?? null });
      if (record.form === null) return;
      this.#useForm(record.form.id, 1);
      this.#forms.set(record.form.id, record.form);
    });
  }

  finish(revision: bigint): Transaction {
    let { formCount } = this.#before;
    for (const [id, users] of this.#formUsers) {
      const isStored = this.#formUsersBefore.has(id);
      if (isStored === users > 0) continue;
      formCount += isStored ? -1 : 1;
      this.#checksumSum = addChecksum(this.#checksumSum, isStored ? -checksumOfForm(id) : checksumOfForm(id));
      this.#writeForm(id, isStored ? null : (this.#forms.get(id) as FormRecord));
    }
    const header = { ...this.#before, revision, groupCount: this.#groupCount, formCount, checksumSum: this.#checksumSum };
    this.#changes.push({ key: headerKey, value: encodeStoreHeader(header) });
    return { changes: this.#changes, header, marks: this.#marks, formUsers: this.#formUsers, bytes: this.#bytes };
  }

  #put(key: string, value: Buffer, mark: EntryMark): void {
    this.#changes.push({ key: mark.entryKey, value });
    this.#marks.set(key, mark);
    this.#groupCount += 1;
    this.#checksumSum = addChecksum(this.#checksumSum, mark.checksum);
    this.#bytes += value.length;
  }

  #useForm(id: string, count: number): void {
    this.#formUsers.set(id, (this.#formUsers.get(id) ?? this.#formUsersBefore.get(id) ?? 0) + count);
  }

  #writeForm(id: string, form: FormRecord | null): void {
    const value = form === null ? null : Buffer.from(form.bytes.buffer, form.bytes.byteOffset, form.bytes.byteLength);
    this.#changes.push({ key: makeFormKey(id), value });
    this.#bytes += value?.length ?? 0;
  }
}
