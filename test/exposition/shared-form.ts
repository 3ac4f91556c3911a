import { FastProtobufDecoder } from '../../src/exposition/fast-protobuf/decode-fast-protobuf.ts';
import { FastTextDecoder } from '../../src/exposition/fast-text/decode-fast-text.ts';
import { FormPool } from '../../src/exposition/fast-text/form-pool.ts';
import { FormFamilies } from '../../src/exposition/form-families.ts';
import { sharedFormGroupsMin } from '../../src/exposition/limits.ts';
import { encodeDelimitedFamily } from '../../src/exposition/protobuf/codec.ts';
import type { GroupingKey } from '../../src/model/grouping-key.ts';
import { createFamily, createGauge, createKey, createMetric } from './families.ts';

/** A body with all that a form may hold. */
export function formBody(value: string): string {
  return [
    '# HELP up Whether it is up.\n# TYPE up gauge\n',
    `up{z="ü"} ${value}\nup{a="b\\"c"} 2\nup 3\n`,
    `# TYPE h histogram\nh_bucket{le="1"} 4\nh_bucket{le="+Inf"} 5\nh_sum ${value}\nh_count 5\n`,
    `last{job="own",instance="x"} ${value}\n`,
  ].join('');
}

/** What the decoder makes of a body once enough groups have pushed one like it. */
export function decodeShared(key: GroupingKey, value: string, atMs: number, bodyOf: (value: string) => string = formBody): FormFamilies {
  const decoder = new FastTextDecoder();
  for (let i = 0; i <= sharedFormGroupsMin; i++) decoder.decode(Buffer.from(bodyOf('7')), createKey({ job: `other ${i}` }), 1);
  const families = decoder.decode(Buffer.from(bodyOf(value)), key, atMs);
  if (!(families instanceof FormFamilies)) throw new Error(`a body with ${value} has no form`);
  return families;
}

/** What the decoder makes of a counter with a created timestamp, which text does not tell, beside a gauge. */
export function decodeSharedMessage(key: GroupingKey, value: number, seconds: bigint, atMs: number): FormFamilies {
  const decoder = new FastProtobufDecoder(new FormPool());
  const body = (last: number, since: bigint): Buffer => {
    const createdTimestamp = { seconds: since, nanos: 1000, unknownFields: null };
    const counters = ['z', 'a'].map((step) =>
      createMetric({ step }, { counter: { value: last, exemplar: null, createdTimestamp, unknownFields: null } }),
    );
    return Buffer.concat([
      encodeDelimitedFamily(createFamily('first', 'gauge', [createGauge({}, last)])),
      encodeDelimitedFamily(createFamily('rows_total', 'counter', counters, { help: 'Rows.' })),
      encodeDelimitedFamily(createFamily('last', 'gauge', [createGauge({}, last)])),
    ]);
  };
  for (let i = 0; i <= sharedFormGroupsMin; i++) decoder.decode(body(7, 5n), createKey({ job: `other ${i}` }), 1);
  const families = decoder.decode(body(value, seconds), key, atMs);
  if (!(families instanceof FormFamilies)) throw new Error(`a body with ${value} has no form`);
  return families;
}
