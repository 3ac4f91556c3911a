import type { EscapingScheme } from '../model/escaping.ts';
import type { MetricFamily, MetricType } from '../model/metric-family.ts';
import type { ExposedValues } from './exposed-values.ts';
import type { FieldWriter } from './page/field-writer.ts';
import type { LineWriter } from './page/line-writer.ts';

/** What a scrape shows. */
export interface Exposition extends ExposedValues {
  /** The very same array as long as no family comes, goes or changes in anything but values: what was made of it once may be used again. */
  readonly families: readonly ExposedFamily[];
}

/** A family as a scrape shows it, over all groups. */
export interface ExposedFamily {
  readonly name: string;
  readonly help: string | null;
  readonly type: MetricType;
  /** One after the other they are all metrics of the family. */
  readonly parts: readonly ExposedPart[];
}

/** Some metrics of a family: where they are among the values of a scrape, each form of them made step by step while it is written. */
export interface ExposedPart {
  /** Tells the writer which sample lines come next. */
  addLines(writer: LineWriter, scheme: EscapingScheme): void;
  /** Adds the metrics as fields of a MetricFamily message, if they are few. False: they may be there in part, and have to be dropped. */
  addFields(writer: FieldWriter): boolean;
  /** Adds the metrics as fields of a MetricFamily message, however many; yields where others may have a turn. */
  writeFields(writer: FieldWriter): Iterable<unknown>;
  /** The metrics in full. */
  familiesIn(values: ExposedValues): Iterable<MetricFamily>;
}
