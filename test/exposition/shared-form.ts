import { FastTextDecoder } from '../../src/exposition/fast-text/decode-fast-text.ts';
import { FormFamilies } from '../../src/exposition/form-families.ts';
import { sharedFormGroupsMin } from '../../src/exposition/limits.ts';
import type { GroupingKey } from '../../src/model/grouping-key.ts';
import { createKey } from './families.ts';

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
