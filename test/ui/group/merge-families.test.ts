import { expect, test } from 'vitest';
import type { FamilyDetail, GroupDetail } from '../../../src/api/types.ts';
import { mergeFamilies } from '../../../src/ui/group/merge-families.ts';

test('a family that goes on on the next page is one family', () => {
  const pages = [page([family('a', 0, '1'), family('b', 0, '2', '3')]), page([family('b', 2, '4'), family('c', 0, '5')])];
  const merged = mergeFamilies(pages).map(({ name, metrics }) => [name, metrics.map(({ value }) => value)]);
  expect(merged).toEqual([
    ['a', ['1']],
    ['b', ['2', '3', '4']],
    ['c', ['5']],
  ]);
});

function page(families: FamilyDetail[]): GroupDetail {
  return { families } as unknown as GroupDetail;
}

function family(name: string, first: number, ...values: string[]): FamilyDetail {
  return { name, first_metric: first, metrics: values.map((value) => ({ labels: {}, value })) } as unknown as FamilyDetail;
}
