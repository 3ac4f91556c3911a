import { createRandom } from '../fuzz/random.ts';

/** Doubles of every kind, always the same of one seed: any bits, and what programs push. */
export function anyDoubles(seed: number, count: number): number[] {
  const random = createRandom(seed);
  const next = (): number => random.below(2 ** 32);
  const view = new DataView(new ArrayBuffer(8));
  const anyBits = (): number => {
    view.setUint32(0, next());
    view.setUint32(4, next());
    return view.getFloat64(0);
  };
  const decimal = (): number => ((next() * 0x20_0000 + (next() >>> 11)) % 10 ** (1 + (next() % 17))) / 10 ** (next() % 13);
  const scaled = (): number => Number(`${next() % 10 ** (1 + (next() % 9))}e${(next() % 660) - 340}`);
  const subnormal = (): number => {
    view.setUint32(0, next() >>> (12 + (next() % 21)));
    view.setUint32(4, next());
    return view.getFloat64(0);
  };
  const beside = (): number => {
    view.setFloat64(0, next() % 2 === 0 ? 2 ** ((next() % 2098) - 1074) : Number(`1e${(next() % 632) - 323}`));
    view.setBigUint64(0, view.getBigUint64(0) + BigInt(next() % 7) - (view.getBigUint64(0) > 3n ? 3n : 0n));
    return view.getFloat64(0);
  };
  const integer = (): number => Math.floor((next() * 0x10_0000 + (next() >>> 12)) / 2 ** (next() % 52));
  const kinds = [anyBits, anyBits, decimal, decimal, scaled, subnormal, beside, integer];
  const numbers: number[] = [];
  while (numbers.length < count) {
    const number = (kinds[next() % kinds.length] as () => number)();
    const signed = next() % 2 === 0 ? number : -number;
    // Negative zero is none for the fast path.
    if (!Object.is(signed, -0)) numbers.push(signed);
  }
  return numbers;
}

/** Powers of two and of ten with their neighbours, long integers, and where Go begins to print exponents. */
export function edgeDoubles(): number[] {
  const powersOfTwo = Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074));
  const powersOfTen = Array.from({ length: 632 }, (_, i) => Number(`1e${i - 323}`));
  const bounds = [
    999_999,
    1e6,
    0.000099999,
    0.0001,
    0.00012,
    0.001,
    1e15,
    2 ** 53,
    1e17,
    1e21,
    123_456.789,
    0.123456789,
    0.1 + 0.2,
    1 / 3,
    Number.MAX_VALUE,
  ];
  const digits = Array.from({ length: 18 }, (_, i) => Number('123456789012345678'.slice(0, i + 1)));
  const view = new DataView(new ArrayBuffer(8));
  const around = [...powersOfTwo, ...powersOfTen, ...bounds, ...digits].flatMap((number) => {
    view.setFloat64(0, number);
    const bits = view.getBigUint64(0);
    return [-2n, -1n, 0n, 1n, 2n].map((step) => {
      view.setBigUint64(0, bits + step > 0n ? bits + step : bits);
      return view.getFloat64(0);
    });
  });
  return [0, ...around, ...around.map((number) => -number), NaN, Infinity, -Infinity];
}
