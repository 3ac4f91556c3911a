import type { GroupingKey } from '../../model/grouping-key.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import {
  templateGroupIdLengthMax,
  templateGroupIdsLengthMax,
  templateGroupsMax,
  templatesPerShapeMax,
  templateShapesMax,
  templateWeightMax,
} from '../limits.ts';
import type { BodyTemplate } from './body-template.ts';
import type { KeyTexts } from './line-labels.ts';

/** After so many bodies that fitted no template, only one in `sparseInterval` makes a new one: what never repeats is not worth it. */
const missesMax = 64;
const sparseInterval = 16;

/**
 * Finds a template for a body: the one that its group used last, or else one of those that groups with the same label names used lately
 * and that fit all of them. Bounded; what falls out costs a full decode at the next push.
 */
export class TemplateCache {
  readonly #byGroup = new Map<string, BodyTemplate>();
  /** Of the ids in `#byGroup`. */
  #idsLength = 0;
  /** By `GroupingKey.shape`, the most recent one first. */
  readonly #byShape = new Map<string, BodyTemplate[]>();
  /** Of all templates since the last time that everything was forgotten. */
  #weight = 0;
  #misses = 0;

  /** The families of the body, if a template fits. */
  apply(body: Buffer, key: GroupingKey, texts: KeyTexts, atMs: number): StoredFamily[] | null {
    const last = this.#byGroup.get(key.id);
    const candidates = this.#byShape.get(key.shape);
    if (last === undefined && candidates === undefined) return null;
    const text = body.toString('latin1');
    const families = last === undefined ? null : last.apply(text, texts, atMs);
    if (families !== null) {
      this.#misses = 0;
      return families;
    }
    return candidates === undefined ? null : this.#applyOneOf(candidates, text, key, texts, atMs);
  }

  /** Whether a template of the body that was just decoded is worth making. To be asked once per body that fitted none. */
  wantsTemplate(): boolean {
    this.#misses++;
    return this.#misses < missesMax || this.#misses % sparseInterval === 0;
  }

  add(key: GroupingKey, template: BodyTemplate): void {
    if (this.#weight + template.weight > templateWeightMax) this.#forgetAll();
    this.#weight += template.weight;
    if (template.fitsEveryKey) this.#share(key.shape, template);
    this.#remember(key.id, template);
  }

  #share(shape: string, template: BodyTemplate): void {
    const known = this.#byShape.get(shape);
    if (known !== undefined) {
      known.unshift(template);
      if (known.length > templatesPerShapeMax) known.pop();
      return;
    }
    if (this.#byShape.size >= templateShapesMax) this.#byShape.clear();
    this.#byShape.set(shape, [template]);
  }

  #applyOneOf(candidates: BodyTemplate[], body: string, key: GroupingKey, texts: KeyTexts, atMs: number): StoredFamily[] | null {
    for (const [place, template] of candidates.entries()) {
      const families = template.apply(body, texts, atMs);
      if (families === null) continue;
      this.#misses = 0;
      candidates.splice(place, 1);
      candidates.unshift(template);
      this.#remember(key.id, template);
      return families;
    }
    return null;
  }

  #remember(id: string, template: BodyTemplate): void {
    if (id.length > templateGroupIdLengthMax) return;
    if (!this.#byGroup.has(id)) {
      if (this.#byGroup.size >= templateGroupsMax || this.#idsLength + id.length > templateGroupIdsLengthMax) this.#forgetGroups();
      this.#idsLength += id.length;
    }
    this.#byGroup.set(id, template);
  }

  #forgetGroups(): void {
    this.#byGroup.clear();
    this.#idsLength = 0;
  }

  /** Simpler than an order of use, and as good: what is in use is back after one push of each. */
  #forgetAll(): void {
    this.#forgetGroups();
    this.#byShape.clear();
    this.#weight = 0;
  }
}
