import type { EscapingScheme } from '../model/escaping.ts';
import type { MetricFamily, MetricType } from '../model/metric-family.ts';

/** A family as a scrape shows it, over all groups. */
export interface ExposedFamily {
  readonly name: string;
  readonly help: string | null;
  readonly type: MetricType;
  /** One after the other they are all metrics of the family. */
  readonly pieces: Iterable<ExposedPiece>;
}

/** A run of a family's metrics, small enough to be written between two other requests. */
export interface ExposedPiece {
  /** The sample lines. */
  text(scheme: EscapingScheme): Buffer;
  /** The metrics as fields of a MetricFamily message. */
  protobuf(scheme: EscapingScheme): EncodedMetrics;
  /** The metrics in full. */
  families(): Iterable<MetricFamily>;
}

/** `metric` fields of a MetricFamily message, and the UNIT that comes with them. */
export interface EncodedMetrics {
  readonly bytes: Uint8Array;
  readonly unit: string | null;
}
