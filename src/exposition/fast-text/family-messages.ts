/**
 * What text does not tell of some families of a push: MetricFamily messages (see `StoredFamily.protobuf`) one behind the other, in one buffer.
 */
export interface FamilyMessages {
  readonly bytes: Buffer;
  /** Where the message of each family ends, by its place in the form; a family without one has no bytes there. */
  readonly ends: readonly number[];
}

/** The message of the family at this place. */
export function messageAt({ bytes, ends }: FamilyMessages, place: number): Buffer {
  return bytes.subarray(ends[place - 1] ?? 0, ends[place]);
}
