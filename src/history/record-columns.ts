import { enlarge } from '../base/enlarge.ts';
import type { WriteRecord } from './write-record.ts';

/** No record. */
export const noRecord = 0;

/** What many records have in common. */
type Kind = Pick<WriteRecord, 'method' | 'scope' | 'outcome' | 'status'>;

/**
 * Records as columns, each in a slot: as objects, which outlive every collection of young garbage, they cost a push 1.5 us more (of 28, with
 * 16 clients) and 255 bytes instead of 143. `older` and `newer` chain all of them, `newerOfGroup` those of a group, for who owns the columns.
 */
export class RecordColumns {
  older: Int32Array = new Int32Array(16);
  newer: Int32Array = new Int32Array(16);
  newerOfGroup: Int32Array = new Int32Array(16);
  #atMs = new Float64Array(16);
  #durationMs = new Float64Array(16);
  #bytes = new Float64Array(16);
  #samples = new Float64Array(16);
  #kindNumbers = new Uint16Array(16);
  readonly #kinds: Kind[] = [];
  readonly #errors: (string | null)[] = [null];
  readonly #remoteAddresses: string[] = [''];
  readonly #userAgents: (string | null)[] = [null];
  readonly #free: number[] = [];

  /** Gives the slot of the record, which stands in no chain yet. */
  add(record: WriteRecord): number {
    const slot = this.#free.pop() ?? this.#errors.length;
    if (slot === this.#atMs.length) this.#enlarge(slot + 1);
    this.#atMs[slot] = record.atMs;
    this.#durationMs[slot] = record.durationMs;
    this.#bytes[slot] = record.bytes;
    this.#samples[slot] = record.samples;
    this.#kindNumbers[slot] = this.#numberOf(record);
    this.#errors[slot] = record.error;
    this.#remoteAddresses[slot] = record.remoteAddress;
    this.#userAgents[slot] = record.userAgent;
    this.older[slot] = this.newer[slot] = this.newerOfGroup[slot] = noRecord;
    return slot;
  }

  read(slot: number): WriteRecord {
    const { method, scope, outcome, status } = this.#kinds[this.#kindNumbers[slot] as number] as Kind;
    return {
      atMs: this.#atMs[slot] as number,
      method,
      scope,
      outcome,
      status,
      error: this.#errors[slot] as string | null,
      bytes: this.#bytes[slot] as number,
      samples: this.#samples[slot] as number,
      durationMs: this.#durationMs[slot] as number,
      remoteAddress: this.#remoteAddresses[slot] as string,
      userAgent: this.#userAgents[slot] as string | null,
    };
  }

  /** Forgets a record that stands in no chain any more. */
  remove(slot: number): void {
    this.#errors[slot] = null;
    this.#remoteAddresses[slot] = '';
    this.#userAgents[slot] = null;
    this.#free.push(slot);
  }

  #numberOf({ method, scope, outcome, status }: WriteRecord): number {
    const kinds = this.#kinds;
    for (let number = 0; number < kinds.length; number++) {
      const kind = kinds[number] as Kind;
      if (kind.method === method && kind.status === status && kind.outcome === outcome && kind.scope === scope) return number;
    }
    return kinds.push({ method, scope, outcome, status }) - 1;
  }

  #enlarge(length: number): void {
    this.older = enlarge(this.older, length);
    this.newer = enlarge(this.newer, length);
    this.newerOfGroup = enlarge(this.newerOfGroup, length);
    this.#atMs = enlarge(this.#atMs, length);
    this.#durationMs = enlarge(this.#durationMs, length);
    this.#bytes = enlarge(this.#bytes, length);
    this.#samples = enlarge(this.#samples, length);
    this.#kindNumbers = enlarge(this.#kindNumbers, length);
  }
}
