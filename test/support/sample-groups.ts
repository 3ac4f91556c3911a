import fc from 'fast-check';
import type { Group } from '../../src/model/group.ts';
import { createGroupingKey } from '../../src/model/grouping-key.ts';
import type { MetricType } from '../../src/model/metric-family.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';

const metricTypes: readonly MetricType[] = ['counter', 'gauge', 'summary', 'untyped', 'histogram', 'gaugehistogram'];
const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.stringMatching(/^[a-z_]{1,12}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
);
const anyBytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 300 });

/** Any family that a record must be able to hold, sensible or not. */
const anyFamily: fc.Arbitrary<StoredFamily> = fc
  .record({
    name: anyName,
    type: fc.constantFrom(...metricTypes),
    help: fc.option(fc.string({ unit: 'grapheme' })),
    sampleCount: fc.nat(),
    pushedAtMs: fc.constantFrom(0, 1.5, 1_700_000_000_000.123),
    text: anyBytes,
    lead: fc.nat(5),
    protobuf: fc.option(anyBytes),
    order: fc.uint8Array({ maxLength: 200 }),
    hasOrder: fc.boolean(),
    hasLegacyNames: fc.boolean(),
    flaw: fc.option(fc.string()),
  })
  .map(({ text, lead, order, hasOrder, ...rest }) => ({
    ...rest,
    metricCount: order.length,
    order: hasOrder ? Uint32Array.from(order, (place) => place * 1000) : null,
    home: { bytes: Buffer.concat([Buffer.alloc(lead), text, Buffer.alloc(2)]), start: lead, end: lead + text.length },
  }));

/** Any group that a record must be able to hold. */
export const anyGroup: fc.Arbitrary<Group> = fc
  .record({
    labels: fc.dictionary(anyName, fc.string({ unit: 'grapheme' }), { maxKeys: 5 }),
    hasInvalidUtf8: fc.boolean(),
    families: fc.uniqueArray(anyFamily, { selector: ({ name }) => name, maxLength: 6 }),
    pushTimeSeconds: fc.constantFrom(0, 1.5, 1_700_000_000_000.123),
    failureTimeSeconds: fc.double({ noNaN: true }),
  })
  .map(({ labels, hasInvalidUtf8, families, ...times }) => ({
    ...times,
    key: createGroupingKey(new Map(Object.entries(labels)), hasInvalidUtf8),
    families: new Map(families.map((family) => [family.name, family])),
  }));

/** A group of one gauge family with `samples` lines of about 100 bytes, as a batch job pushes it. */
export function makeSampleGroup(job: string, samples: number, value: number): Group {
  const lines = Array.from(
    { length: samples },
    (_, i) => `job_records_processed{instance="",job="${job}",queue="orders-${i}",stage="load"} ${value}\n`,
  );
  const bytes = Buffer.from(lines.join(''));
  const family: StoredFamily = {
    name: 'job_records_processed',
    type: 'gauge',
    help: 'Records that the job has processed.',
    metricCount: samples,
    sampleCount: samples,
    pushedAtMs: 1_700_000_000_000.5,
    home: { bytes, start: 0, end: bytes.length },
    protobuf: null,
    order: null,
    hasLegacyNames: true,
    flaw: null,
  };
  return {
    key: createGroupingKey(new Map([['job', job]])),
    families: new Map([[family.name, family]]),
    pushTimeSeconds: family.pushedAtMs / 1000,
    failureTimeSeconds: 0,
  };
}
