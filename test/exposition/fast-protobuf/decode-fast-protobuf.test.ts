import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PushDecoder } from '../../../src/exposition/decode-push.ts';
import { FastProtobufDecoder } from '../../../src/exposition/fast-protobuf/decode-fast-protobuf.ts';
import { FormPool } from '../../../src/exposition/fast-text/form-pool.ts';
import { FormFamilies, haveSameForm } from '../../../src/exposition/form-families.ts';
import { sharedFormGroupsMin } from '../../../src/exposition/limits.ts';
import { decodeDelimitedFamilies, decodeFamilyMessage, encodeDelimitedFamily } from '../../../src/exposition/protobuf/codec.ts';
import { storeFamilies } from '../../../src/exposition/store-family.ts';
import { parseText } from '../../../src/exposition/text-parser.ts';
import type { FamilyTable } from '../../../src/model/family-table.ts';
import type { GroupingKey } from '../../../src/model/grouping-key.ts';
import type { MetricFamily } from '../../../src/model/metric-family.ts';
import type { StoredFamily } from '../../../src/model/stored-family.ts';
import { createBucket, createFamily, createGauge, createHistogram, createKey, createMetric } from '../families.ts';
import {
  arbitraryPlan,
  type FamilyPlan,
  arbitraryValues,
  encodeBody,
  encodePlan,
  encodeVarint,
  oddities,
  type Values,
} from './wire-bodies.ts';

const usual = { kind: 'none', field: 0 } as const;
const key = createKey({ job: 'j', b: 'm' });

/** What a family is to everybody who reads it. */
function describeFamily({ home, protobuf, ...rest }: StoredFamily): unknown {
  // What a push wrote with more bytes than it takes is kept so.
  const message = protobuf === null ? null : decodeFamilyMessage(protobuf);
  return { ...rest, message, text: home.bytes.toString('latin1', home.start, home.end) };
}

function decodePlainly(body: Buffer, grouping: GroupingKey): unknown[] {
  return storeFamilies(decodeDelimitedFamilies(body), grouping, 5).map(describeFamily);
}

/** The decoder, whatever it learned before, agrees with the plain one. False: it left the body to it. */
function agrees(decoder: FastProtobufDecoder, body: Buffer, grouping: GroupingKey): boolean {
  const fast = decoder.decode(body, grouping, 5);
  if (fast === null) return false;
  expect([...fast.values()].map(describeFamily), body.toString('hex')).toEqual(decodePlainly(body, grouping));
  return true;
}

/** A decoder that saw a body twice, so that it has a template of it if there is one. */
function learn(body: Buffer, grouping: GroupingKey): FastProtobufDecoder {
  const decoder = new FastProtobufDecoder(new FormPool());
  for (let i = 0; i < 2; i++) agrees(decoder, body, grouping);
  return decoder;
}

function encode(...families: readonly MetricFamily[]): Buffer {
  return Buffer.concat(families.map(encodeDelimitedFamily));
}

const encodeText = (text: string): Buffer => encode(...parseText(Buffer.from(text), { allowUtf8Names: false }));

/** A body with all that a template may hold. */
function everyType(value: number, count: number): Buffer {
  return encodeText(
    [
      `# HELP up Whether it is üp.\n# TYPE up gauge\nup{z="ü",a="b\\"c\\n"} ${value}\nup 3\n`,
      `# TYPE rows counter\nrows{job="own",instance="x"} ${value}\n`,
      `# TYPE h histogram\nh_bucket{le="1"} ${count}\nh_bucket{le="+Inf"} ${count}\nh_sum ${value}\nh_count ${count}\n`,
      `# TYPE s summary\ns{quantile="0.5"} ${value}\ns_sum ${value}\ns_count ${count}\n`,
      `last{a="b"} ${value}\n`,
    ].join(''),
  );
}

test('a body like one before, with other values, from another group, is decoded as the plain decoder does it', () => {
  let taken = 0;
  let tried = 0;
  fc.assert(
    fc.property(arbitraryPlan, fc.array(arbitraryValues, { minLength: 3, maxLength: 3 }), (plan, values) => {
      const [first, ...others] = values.map((some) => encodeBody(encodePlan(plan, some), usual)) as [Buffer, ...Buffer[]];
      const decoder = learn(first, key);
      for (const body of others) {
        for (const grouping of [key, createKey({ job: 'other', b: 'zz' }), createKey({ job: '', b: '' })]) {
          tried++;
          if (agrees(decoder, body, grouping)) taken++;
        }
      }
    }),
    { numRuns: 1500 },
  );
  // The rest holds what text does not tell.
  expect(taken / tried).toBeGreaterThan(0.1);
});

test('a body with one odd field is decoded as the plain decoder does it, or left to that', () => {
  const oddity = fc.record({ kind: fc.constantFrom(...oddities), field: fc.nat(60) });
  const values: fc.Arbitrary<Values> = fc.record({
    numbers: fc.array(fc.integer({ min: 1 }), { minLength: 1 }),
    counts: fc.array(fc.bigInt(0n, 300n), { minLength: 1 }),
  });
  const taken = new Map<string, number>();
  fc.assert(
    fc.property(arbitraryPlan, values, values, oddity, (plan, before, now, odd) => {
      const decoder = learn(encodeBody(encodePlan(plan, before), usual), key);
      const body = encodeBody(encodePlan(plan, now), odd);
      // First with the template of the usual body, then with one of its own, if there can be one.
      for (let i = 0; i < 3; i++) if (agrees(decoder, body, key)) taken.set(odd.kind, (taken.get(odd.kind) ?? 0) + 1);
    }),
    { numRuns: 4000 },
  );
  for (const kind of ['overlong', 'first', 'last', 'missing', 'none'] as const) expect(taken.get(kind), kind).toBeGreaterThan(20);
});

/** A counter and a summary with created timestamps. */
function withCreated(): Buffer {
  const metrics = [{ labels: { a: 'b' }, bounds: [1] }];
  const plan = (['counter', 'summary'] as const).map((type) => ({ name: type, help: undefined, type, hasCreated: true, metrics }));
  return encodeBody(encodePlan(plan, { numbers: [1.5], counts: [300n] }), usual);
}

test.each([
  ['every type', everyType(1.5, 5)],
  ['created timestamps', withCreated()],
])('whatever one byte of a known body of %s is changed to, it is decoded or refused as if nothing were known', (_, known) => {
  const decoder = learn(known, key);
  const trained = new PushDecoder(false);
  const type = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
  for (let i = 0; i < 3; i++) trained.decode(known, type, key, 5);
  const outcome = (families: () => FamilyTable | readonly unknown[]): unknown => {
    try {
      const made = families();
      return Array.isArray(made) ? made : [...(made as FamilyTable).values()].map(describeFamily);
    } catch (error) {
      return String(error);
    }
  };
  let taken = 0;
  for (let at = 0; at < known.length; at++) {
    for (const change of [1, 2, 0x7f, 0x80, 0xff]) {
      const body = Buffer.from(known);
      body[at] = (body[at] as number) ^ change;
      if (decoder.decode(body, key, 5) !== null) taken++;
      expect(
        outcome(() => trained.decode(body, type, key, 5).families),
        `byte ${at} ^ ${change}`,
      ).toEqual(outcome(() => decodePlainly(body, key)));
    }
    for (const body of [
      known.subarray(0, at),
      Buffer.concat([known.subarray(0, at), known.subarray(at + 1)]),
      Buffer.concat([known, known.subarray(0, at)]),
    ]) {
      expect(
        outcome(() => trained.decode(body, type, key, 5).families),
        `cut at ${at}`,
      ).toEqual(outcome(() => decodePlainly(body, key)));
    }
  }
  expect(taken).toBeGreaterThan(100);
});

test('created timestamps are kept beside the text, in any group, as the bytes that the plain decoder keeps', () => {
  const plan: readonly FamilyPlan[] = [
    {
      name: 'rows_total',
      help: 'Rows.',
      type: 'counter',
      hasCreated: true,
      metrics: [
        { labels: { z: '1', job: 'own', instance: 'x' }, bounds: [] },
        { labels: { b: 'own', c: 'ü' }, bounds: [] },
        { labels: {}, bounds: [] },
      ],
    },
    { name: 'up', help: undefined, type: 'gauge', hasCreated: false, metrics: [{ labels: {}, bounds: [] }] },
    { name: 'latency', help: undefined, type: 'histogram', hasCreated: true, metrics: [{ labels: { a: 'b' }, bounds: [1, 2, Infinity] }] },
    { name: 'size', help: undefined, type: 'summary', hasCreated: true, metrics: [{ labels: {}, bounds: [0.5] }] },
  ];
  const bodyOf = (factor: number): Buffer =>
    encodeBody(encodePlan(plan, { numbers: [1.5 * factor, 3], counts: [1n, BigInt(factor), 200n, 1_700_000_000n] }), usual);
  const decoder = learn(bodyOf(1), key);
  for (const factor of [1, 100, 130, 20_000, 3_000_000]) {
    for (const labels of [
      { job: 'j', b: 'm' },
      { job: 'ü', b: 'x'.repeat(200) },
      { job: '', b: '' },
      { job: 'j', instance: 'i' },
      { job: 'j', instance: 'k' },
    ]) {
      const grouping = createKey(labels);
      // A group with other labels teaches first.
      for (let i = 0; i < 3; i++) agrees(decoder, bodyOf(factor), grouping);
      const families = decoder.decode(bodyOf(factor), grouping, 5) as FamilyTable;
      const messages = [...families.values()].map(({ protobuf }) => protobuf && Buffer.from(protobuf));
      expect(messages.map((message) => message !== null)).toEqual([true, false, true, true]);
      const plain = storeFamilies(decodeDelimitedFamilies(bodyOf(factor)), grouping, 5);
      expect(messages).toEqual(plain.map(({ protobuf }) => protobuf && Buffer.from(protobuf)));
    }
  }
});

test('a family of which some metrics have a created timestamp is kept whole, and what is not in order is put in order', () => {
  const metrics = ['b', 'c'].map((a) => ({ labels: { a }, bounds: [] }));
  const plan: readonly FamilyPlan[] = [{ name: 'rows', help: undefined, type: 'counter', hasCreated: true, metrics }];
  const families = encodePlan(plan, { numbers: [1.5], counts: [300n] });
  // The created timestamps are the fields 9 and 18.
  for (const [odd, isTaken] of [
    [{ kind: 'missing', field: 18 }, true],
    [{ kind: 'first', field: 9 }, false],
  ] as const) {
    const body = encodeBody(families, odd);
    const plain = storeFamilies(decodeDelimitedFamilies(body), key, 5)[0]?.protobuf;
    expect(
      decodeFamilyMessage(plain ?? Buffer.alloc(0)).metrics.map(({ counter }) => (counter?.createdTimestamp ?? null) !== null),
    ).toEqual([true, odd.kind !== 'missing']);
    const decoded = learn(body, key).decode(body, key, 5);
    expect(decoded !== null).toBe(isTaken);
    if (decoded !== null) expect(Buffer.from(decoded.get('rows')?.protobuf ?? []).equals(plain ?? Buffer.alloc(0))).toBe(true);
  }
});

test('lengths that take more bytes than before, at every depth, are followed', () => {
  const decoder = learn(everyType(1, 1), key);
  for (const count of [0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, 2 ** 48])
    expect(agrees(decoder, everyType(2.5, count), key), `${count}`).toBe(true);
  // A histogram of this many buckets is about as long as a length of two bytes can say.
  const histogramOf = (count: number): Buffer => {
    const buckets = Array.from({ length: 1170 }, (_, i) => createBucket(i === 1169 ? Infinity : i, BigInt(count)));
    return encode(
      createFamily('h', 'histogram', [createMetric({}, { histogram: createHistogram({ buckets, sampleCount: BigInt(count) }) })]),
    );
  };
  const long = learn(histogramOf(1), key);
  const lengths = [1, 200, 20_000].map((count) => {
    expect(agrees(long, histogramOf(count), key), `${count}`).toBe(true);
    return histogramOf(count).length;
  });
  expect([Math.min(...lengths) < 16_384, Math.max(...lengths) > 16_384]).toEqual([true, true]);
});

test('a length beyond 32 bits is not taken for what is left of it', () => {
  const known = everyType(1.5, 5);
  const decoder = learn(known, key);
  // The family with the buckets: its length is behind `# TYPE rows`, and the only one of its value.
  const at = known.indexOf(Buffer.from('\nh', 'latin1').subarray(0, 1), known.indexOf('rows') + 4);
  const start = known.lastIndexOf(Buffer.from([0x0a, 0x01, 0x68])) - 1;
  expect(at).toBeGreaterThan(0);
  const body = Buffer.concat([known.subarray(0, start), encodeVarint((known[start] as number) + 2 ** 32), known.subarray(start + 1)]);
  expect(decoder.decode(body, key, 5)).toBeNull();
});

test('what stands behind the last value is compared, too', () => {
  // The label, which is the third field, goes to the end.
  const plan = [{ name: 'up', help: undefined, type: 'gauge', hasCreated: false, metrics: [{ labels: { a: 'b' }, bounds: [] }] }] as const;
  const bodyOf = (value: number): Buffer => encodeBody(encodePlan(plan, { numbers: [value], counts: [1n] }), { kind: 'last', field: 4 });
  const decoder = learn(bodyOf(1), key);
  expect(bodyOf(2).at(-1)).toBe('b'.charCodeAt(0));
  expect(agrees(decoder, bodyOf(2), key)).toBe(true);
  const other = bodyOf(2);
  other[other.length - 1] = 'c'.charCodeAt(0);
  for (let i = 0; i < 2; i++) agrees(decoder, other, key);
});

test('what text does not tell is left to the plain decoder, also in a body that is known', () => {
  const gauge = (value: number): Buffer => encode(createFamily('g', 'gauge', [createGauge({}, value)]));
  const decoder = learn(gauge(1), key);
  expect([2, NaN, -Infinity, -0].map((value) => agrees(decoder, gauge(value), key))).toEqual([true, true, true, false]);
  const payload = gauge(NaN);
  payload.writeBigUInt64LE(0xfff8_dead_beef_0001n, payload.length - 8);
  expect(agrees(decoder, payload, key)).toBe(true);
  const counts = (count: bigint): Buffer =>
    encode(createFamily('h', 'histogram', [createMetric({}, { histogram: createHistogram({ sampleCount: count, buckets: [createBucket(Infinity, count)] }) })])); // prettier-ignore
  const histograms = learn(counts(1n), key);
  expect([2n ** 49n - 1n, 2n ** 53n + 1n, 2n ** 64n - 1n].map((count) => agrees(histograms, counts(count), key))).toEqual([
    true,
    false,
    false,
  ]);
});

test('what a template cannot hold has none, however often it comes', () => {
  const counter = { value: 1, exemplar: null, createdTimestamp: null, unknownFields: null };
  const timestamp = { seconds: 5n, nanos: 0, unknownFields: null };
  const odd: readonly MetricFamily[] = [
    createFamily('f', 'gauge', []),
    createFamily('f', 'gaugehistogram', [createMetric({}, { histogram: createHistogram({ buckets: [createBucket(Infinity, 1n)] }) })]),
    createFamily('f', 'gauge', [createGauge({}, 1)], { unit: 'seconds' }),
    createFamily('f', 'gauge', [{ ...createGauge({}, 1), timestampMs: 0n }]),
    createFamily('f', 'gauge', [{ ...createGauge({}, 1), counter }]),
    createFamily('f', 'counter', [createGauge({}, 1)]),
    createFamily('f', 'gauge', [createGauge({}, 1)], { unknownFields: Uint8Array.of(0xa0, 0x06, 0x2a) }),
    createFamily('f', 'counter', [createMetric({}, { counter: { ...counter, exemplar: { labels: [], value: 1, timestamp, unknownFields: null } } })]), // prettier-ignore
    createFamily('f', 'histogram', [createMetric({}, { histogram: createHistogram({ buckets: [createBucket(Infinity, 1.5)] }) })]),
    createFamily('f', 'histogram', [createMetric({ le: '1' }, { histogram: createHistogram({ buckets: [createBucket(Infinity, 1n)] }) })]),
    createFamily('f 1\nup', 'gauge', [createGauge({}, 1)]),
    createFamily('f', 'gauge', [createGauge({ 'a="b",c': 'd' }, 1)]),
    createFamily('f', 'gauge', [createGauge({ a: 'b' }, 1), createGauge({ a: 'b' }, 2)]),
    createFamily('f', 'gauge', [createGauge({}, 1)], { help: 'two\nlines' }),
  ];
  for (const family of odd) {
    const decoder = new FastProtobufDecoder(new FormPool());
    for (let i = 0; i < 4; i++)
      expect(
        decoder.decode(encode(family), key, 5),
        JSON.stringify(family.metrics, (_, v: unknown) => String(v)),
      ).toBeNull();
  }
});

test('a protobuf push and the text that says the same share a form', () => {
  const decoder = new PushDecoder(false);
  const text =
    '# TYPE h histogram\nh_bucket{a="b",le="+Inf"} 4\nh_sum{a="b"} 1.5\nh_count{a="b"} 4\n# TYPE up gauge\nup{z="1"} 1\nup{b="2"} 2\n';
  const type = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
  const decode = (body: Buffer, contentType: string | undefined, job: string): FamilyTable =>
    decoder.decode(body, contentType, createKey({ job }), 5).families;
  for (let i = 0; i <= sharedFormGroupsMin; i++) {
    decode(Buffer.from(text), undefined, `t${i}`);
    decode(encodeText(text), type, `p${i}`);
  }
  const shared = decode(encodeText(text), type, 'j');
  expect(shared).toBeInstanceOf(FormFamilies);
  expect(haveSameForm(shared, decode(Buffer.from(text), undefined, 'j'))).toBe(true);
  const created = encode(
    ...parseText(Buffer.from(text), { allowUtf8Names: false }).map((family) => ({
      ...family,
      metrics: family.metrics.map((metric) => ({
        ...metric,
        histogram: metric.histogram && { ...metric.histogram, createdTimestamp: { seconds: 5n, nanos: 0, unknownFields: null } },
      })),
    })),
  );
  for (let i = 0; i <= sharedFormGroupsMin; i++) decode(created, type, `c${i}`);
  const beside = decode(created, type, 'j');
  expect([beside instanceof FormFamilies, beside.get('h')?.protobuf?.length]).toEqual([true, expect.any(Number)]);
  expect(haveSameForm(shared, beside)).toBe(false);
  expect(haveSameForm(shared, decode(Buffer.from(text.replace('"1"', '"3"')), undefined, 'j'))).toBe(false);
});
