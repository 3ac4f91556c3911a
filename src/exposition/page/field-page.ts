import type { MetricType } from '../../model/metric-family.ts';
import { createMetricFields, fieldRoomBytes, type MetricFields } from '../../wasm/metric-fields.ts';
import { textPageBytes, transcodedMembersMax } from '../limits.ts';
import type { TextPage } from './text-page.ts';

/** The field of Metric that holds the value, as it goes out. */
export const valueTags: Readonly<Record<MetricType, number>> = {
  gauge: 0x12,
  counter: 0x1a,
  summary: 0x22,
  untyped: 0x2a,
  histogram: 0x3a,
  gaugehistogram: 0x3a,
};

/** Beside a page of text: the same metrics as fields of a MetricFamily message. */
// Hot path: guarded by bench/.
export class FieldPage {
  readonly #text: TextPage;
  readonly #fields: MetricFields;
  readonly #start: number;

  constructor(text: TextPage) {
    this.#text = text;
    this.#fields = createMetricFields(text.memory, transcodedMembersMax);
    this.#start = text.memory.allocate(2 * textPageBytes + fieldRoomBytes);
  }

  /**
   * Writes the metrics whose lines the page of text holds, but not one that goes on behind it. `nameLength`: of the family's name. Answers how many
   * bytes of text that were; 0 for what is not known here, and takes a look at the full form.
   */
  write(type: MetricType, nameLength: number): number {
    const { start, end } = this.#text;
    return this.#fields.write(valueTags[type], nameLength, start, end, this.#start) ? this.#fields.position() - start : 0;
  }

  /** What was written last. Good until something is written again. */
  get bytes(): Uint8Array {
    return this.#text.memory.bytes.subarray(this.#start, this.#fields.end());
  }
}
