import type { MetricType } from './metric-family.ts';

/**
 * One family of one group as it is kept: its ready text, made once when it is pushed, so that a scrape only sends bytes.
 * Immutable.
 */
export interface StoredFamily {
  readonly name: string;
  readonly type: MetricType;
  /** `null`: no HELP line; `''`: an empty one. */
  readonly help: string | null;
  readonly metricCount: number;
  /** Lines of ready text. */
  readonly sampleCount: number;
  /** When the push arrived that brought this family: Unix milliseconds with a fraction. */
  readonly pushedAtMs: number;
  readonly home: ReadyText;
  /**
   * What the text cannot say, or `null` if it says everything but the order: a MetricFamily message (not length-delimited) with the
   * labels of the grouping key merged in and the metrics in pushed order. Kept for exemplars, native histograms, counts above 2^53,
   * a missing `+Inf` bucket, negative zero, and the like.
   */
  readonly protobuf: Uint8Array | null;
  /**
   * The pushed order, when `protobuf` is null and the metrics were not pushed in the order in which the text shows them: `order[i]` is the
   * place, counted from 0, at which the i-th metric of the text was pushed. Otherwise `null`.
   */
  readonly order: Uint32Array | null;
  /** Whether the metric name and all label names match the legacy pattern, so that no escaping scheme changes the ready text. */
  readonly hasLegacyNames: boolean;
  /** Why no exposition can show this family (equal series twice, a value that does not fit the type, ...); `null` if sound. */
  readonly flaw: string | null;
}

/** What groups have in common of a family. */
export type FamilyHead = Pick<StoredFamily, 'name' | 'type' | 'help' | 'flaw'>;

/**
 * The sample lines of a family, without HELP and TYPE: grouping labels merged in, labels sorted by name, numbers in Go's
 * format, metrics in the order of SPEC §6, every line ended by LF, in UTF-8. Names outside the legacy pattern are written quoted
 * inside the braces, as with `escaping=allow-utf-8`.
 *
 * All families of a push share one buffer.
 */
export interface ReadyText {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}
