import type { Batch, FormRecord, GroupRecord } from './group-log.ts';
import type { LmdbChange } from './lmdb-file.ts';
import {
  addChecksum,
  checksumOfForm,
  encodeStoreHeader,
  type Entry,
  headerKey,
  makeDigestKey,
  makeEntryKey,
  makeFormKey,
  measureEntry,
  type StoreHeader,
  writeEntry,
} from './store-record.ts';

/** What is known of the entry of a group. */
interface EntryMark {
  /** Its LMDB key, since to make it for each push would be dear. */
  readonly entryKey: Buffer;
  /** `null`: it stands under a digest; its next write puts it under a number. */
  readonly number: number | null;
  readonly checksum: number;
  readonly formId: string | null;
}

/** One transaction, made before it is known whether it will succeed. */
export interface Transaction {
  readonly changes: readonly LmdbChange[];
  readonly header: StoreHeader;
  /** The entries as they will be, each group once; `null`: gone. */
  readonly marks: readonly (readonly [key: string, mark: EntryMark | null])[];
  /** The forms whose use changes, and how many groups will rest on each. */
  readonly formUsers: ReadonlyMap<string, number>;
  readonly bytes: number;
}

/**
 * What a store file holds, as far as it takes to write to it without reading it: number and checksum of each entry, and how many groups rest on
 * each form. A form is written by the transaction that brings the first group that rests on it, and removed by the one that takes the last.
 */
export class StoreTally {
  #header: StoreHeader;
  readonly #marks = new Map<string, EntryMark>();
  readonly #formUsers = new Map<string, number>();
  /** What the next new group gets. A number that went into a transaction which failed is not given again. */
  #nextNumber = 1;

  constructor(header: StoreHeader, entries: Iterable<Pick<Entry, 'key' | 'number' | 'checksum' | 'formId'>>) {
    this.#header = header;
    for (const { key, number, checksum, formId } of entries) {
      const entryKey = number === null ? makeDigestKey(key) : makeEntryKey(number);
      this.#marks.set(key, { entryKey, number, checksum, formId });
      if (number !== null && number >= this.#nextNumber) this.#nextNumber = number + 1;
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
      const last = this.#marks.get(key) ?? null;
      if (value !== null) writes.push({ key, ...this.#placeFor(last), last, record: value() });
      else if (last !== null) draft.remove(key, last);
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

  /** Where the entry of a group goes. */
  #placeFor(last: EntryMark | null): Pick<EntryWrite, 'number' | 'entryKey'> {
    if (last !== null && last.number !== null) return { number: last.number, entryKey: last.entryKey };
    const number = this.#nextNumber++;
    return { number, entryKey: makeEntryKey(number) };
  }
}

interface EntryWrite {
  readonly key: string;
  readonly number: number;
  readonly entryKey: Buffer;
  readonly last: EntryMark | null;
  readonly record: GroupRecord;
}

class TransactionDraft {
  readonly #before: StoreHeader;
  readonly #formUsersBefore: ReadonlyMap<string, number>;
  readonly #changes: LmdbChange[] = [];
  readonly #marks: [string, EntryMark | null][] = [];
  readonly #formUsers = new Map<string, number>();
  /** Those that groups of this transaction begin to rest on. */
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

  remove(key: string, last: EntryMark): void {
    this.#changes.push({ key: last.entryKey, value: null });
    this.#marks.push([key, null]);
    this.#groupCount--;
    this.#checksumSum = addChecksum(this.#checksumSum, -last.checksum);
    this.#changeForm(last.formId, null);
  }

  /** Entries in one buffer: LMDB asks for the address of each buffer once. */
  putAll(writes: readonly EntryWrite[], revision: bigint): void {
    const lengths = writes.map(({ key, record }) => measureEntry(key, record));
    const bytes = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0));
    let end = 0;
    writes.forEach((write, i) => {
      const start = end;
      end += lengths[i] as number;
      this.#put(write, bytes.subarray(start, end), revision);
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

  #put({ key, number, entryKey, last, record }: EntryWrite, value: Buffer, revision: bigint): void {
    const checksum = writeEntry(value, { number, key, revision, record });
    const formId = record.form?.id ?? null;
    if (last !== null && last.number === null) this.#changes.push({ key: last.entryKey, value: null });
    this.#changes.push({ key: entryKey, value });
    this.#marks.push([key, { entryKey, number, checksum, formId }]);
    if (last === null) this.#groupCount++;
    this.#checksumSum = addChecksum(this.#checksumSum, checksum - (last?.checksum ?? 0));
    this.#bytes += value.length;
    this.#changeForm(last?.formId ?? null, record.form);
  }

  /** A group that rested on `last` rests on `form` now. */
  #changeForm(last: string | null, form: FormRecord | null): void {
    if (last === (form?.id ?? null)) return;
    if (last !== null) this.#useForm(last, -1);
    if (form === null) return;
    this.#useForm(form.id, 1);
    this.#forms.set(form.id, form);
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
