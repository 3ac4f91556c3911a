import type { FamilyDetail, GroupDetail } from '../../api/types.ts';

/** The families of all pages, each whole again: a page may end in the middle of one. */
export function mergeFamilies(pages: readonly GroupDetail[]): FamilyDetail[] {
  const merged: FamilyDetail[] = [];
  for (const family of pages.flatMap(({ families }) => families)) {
    const last = merged.at(-1);
    if (last?.name === family.name && family.first_metric > 0)
      merged[merged.length - 1] = { ...last, metrics: [...last.metrics, ...family.metrics] };
    else merged.push(family);
  }
  return merged;
}
