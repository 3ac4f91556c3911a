import { code } from './compiled/metric-fields.ts';
import type { LinearMemory } from './linear-memory.ts';
import { instantiate } from './instantiate.ts';
import { placePowersOfFive } from './powers-of-five.ts';

/** Bytes of a bound or quantile and its value. */
export const memberBytes = 16;

/** Writes metrics as `metric` fields of a MetricFamily message, straight from ready text. */
export interface MetricFields {
  /**
   * Writes the metrics of the lines from `from` to `to`, all of one family, to `output`, up to the last metric that is whole there. `tag`: of the
   * field of Metric that holds the value, as it goes out. `nameLength`: of the family's name. False for what it does not know: counts that are no
   * integers, a metric of too many members. What is written takes at most twice as much as the text, and `fieldRoomBytes`.
   */
  write(tag: number, nameLength: number, from: number, to: number, output: number): boolean;
  /** Behind what was written. */
  end(): number;
  /** Behind the lines of the last metric that was written. */
  position(): number;
}

/** Bytes behind the fields that may be touched. */
export const fieldRoomBytes = 64;

/** `membersMax`: buckets or quantiles that a metric may have. */
export function createMetricFields(memory: LinearMemory, membersMax: number): MetricFields {
  const powers = placePowersOfFive(memory);
  const members = memory.allocate(membersMax * memberBytes);
  const fields = instantiate(code, memory) as MetricFieldsModule;
  fields.setUp(powers, members, membersMax);
  return { ...fields, write: (tag, nameLength, from, to, output) => fields.write(tag, nameLength, from, to, output) !== 0 };
}

interface MetricFieldsModule extends Omit<MetricFields, 'write'> {
  setUp(powers: number, members: number, membersMax: number): void;
  write(tag: number, nameLength: number, from: number, to: number, output: number): number;
}
