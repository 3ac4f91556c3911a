import type { FamilyTable } from '../../model/family-table.ts';
import { GroupMap } from '../../model/group-map.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import type { FormFamilies } from '../form-families.ts';
import {
  templateGroupIdLengthMax,
  templateGroupIdsLengthMax,
  templateGroupsMax,
  templateOpeningsMax,
  templatesPerOpeningMax,
  templateWeightMax,
} from '../limits.ts';
import { layOnDesk } from './body-desk.ts';
import type { BodyTemplate } from './body-template.ts';
import type { FormPool } from './form-pool.ts';
import type { KeyTexts } from './line-labels.ts';

/** After so many bodies that fitted no template, only one in `sparseInterval` makes a new one: what never repeats is not worth it. */
const missesMax = 64;
const sparseInterval = 16;

/**
 * Finds a template for a body: the one that its group used last, or else one of those that groups with the same label names used lately
 * for bodies that begin alike. Bounded; what falls out costs a full decode at the next push.
 */
export class TemplateCache {
  readonly #byGroup = new GroupMap<BodyTemplate>();
  /** Of the ids in `#byGroup`. */
  #idsLength = 0;
  /** By the opening of the body (see `#openingOf`), the most recent one first. */
  readonly #byOpening = new Map<string, BodyTemplate[]>();
  /** Of all templates since the last time that everything was forgotten. */
  #weight = 0;
  #misses = 0;
  /** Openings of bodies that fitted no template. */
  readonly #missed = new Set<string>();
  readonly #describeOpening: (body: Buffer) => string;
  readonly #forms: FormPool;

  /** `describeOpening`: what bodies that have a template in common begin with. `forms`: shared with caches for bodies of other formats. */
  constructor(describeOpening: (body: Buffer) => string, forms: FormPool) {
    this.#describeOpening = describeOpening;
    this.#forms = forms;
  }

  /**
   * The families of the body, if a template fits. What has a form of its own, or nearly so, is kept without: the form would be larger than
   * what it saves.
   */
  apply(body: Buffer, key: GroupingKey, texts: KeyTexts, atMs: number): FamilyTable | null {
    const last = this.#byGroup.get(key);
    if (last === undefined && this.#byOpening.size === 0) return null;
    const desk = layOnDesk(body);
    const families = last?.apply(desk, texts, atMs) ?? null;
    if (last !== undefined && families !== null) return this.#use(last, families);
    for (const template of this.#byOpening.get(this.#openingOf(key, body)) ?? []) {
      if (template === last || !template.fits(texts)) continue;
      const found = template.apply(desk, texts, atMs);
      if (found === null) continue;
      this.#remember(key, template);
      return this.#use(template, found);
    }
    return null;
  }

  #use(template: BodyTemplate, families: FormFamilies): FamilyTable {
    this.#misses = 0;
    return template.isShared ? families : families.toPlain();
  }

  /**
   * Whether a template of a body that fitted none is worth making, which costs two to three times as much as decoding it: not for the first
   * one that begins like this. To be asked once for each.
   */
  wantsTemplate(body: Buffer, key: GroupingKey): boolean {
    this.#misses++;
    const opening = this.#openingOf(key, body);
    if (!this.#missed.has(opening)) {
      if (this.#missed.size >= templateOpeningsMax) this.#missed.clear();
      this.#missed.add(opening);
      return false;
    }
    return this.#misses < missesMax || this.#misses % sparseInterval === 0;
  }

  /** Keeps the template of a body that fitted none. */
  add(body: Buffer, key: GroupingKey, texts: KeyTexts, template: BodyTemplate): void {
    const opening = this.#openingOf(key, body);
    const known = this.#byOpening.get(opening)?.find((other) => other.isLike(template) && other.fits(texts));
    if (known !== undefined) {
      this.#remember(key, known);
      return;
    }
    if (this.#weight + template.weight > templateWeightMax) this.#forgetAll();
    this.#weight += template.weight;
    template.shareForm(this.#forms, key.shape);
    this.#share(opening, template);
    this.#remember(key, template);
  }

  /** Bodies that differ here, or in the label names of their groups, have no template in common. */
  #openingOf(key: GroupingKey, body: Buffer): string {
    return `${key.shape}\n${this.#describeOpening(body)}`;
  }

  #share(opening: string, template: BodyTemplate): void {
    const known = this.#byOpening.get(opening);
    if (known !== undefined) {
      known.unshift(template);
      if (known.length > templatesPerOpeningMax) known.pop();
      return;
    }
    if (this.#byOpening.size >= templateOpeningsMax) this.#byOpening.clear();
    this.#byOpening.set(opening, [template]);
  }

  #remember(key: GroupingKey, template: BodyTemplate): void {
    const { id } = key;
    if (id.length > templateGroupIdLengthMax) return;
    const last = this.#byGroup.get(key);
    if (last === template) return;
    if (last === undefined) {
      if (this.#byGroup.size >= templateGroupsMax || this.#idsLength + id.length > templateGroupIdsLengthMax) this.#forgetGroups();
      this.#idsLength += id.length;
    }
    template.noteUser(id);
    this.#byGroup.set(key, template);
  }

  #forgetGroups(): void {
    this.#byGroup.clear();
    this.#idsLength = 0;
  }

  /** Simpler than an order of use, and as good: what is in use is back after one push of each. */
  #forgetAll(): void {
    this.#forgetGroups();
    this.#byOpening.clear();
    this.#weight = 0;
  }
}
