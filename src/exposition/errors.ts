import { defineRefusal, type Refusal, type RefusalKind } from '../base/errors.ts';

/** A text body that breaks the format's rules: the reference's sentence with the line, then a hint where there is one (SPEC §5). */
export const textParseRefusal: RefusalKind = defineRefusal('PG_TEXT_PARSE', 400);

/** A push of more families, samples or text than memory should hold (see `push-size.ts`). */
export const expositionTooLargeRefusal: RefusalKind = defineRefusal('PG_EXPOSITION_TOO_LARGE', 413);

/** Where a text body breaks a rule. Both are counted from 1; the column is one of characters. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

const places = new WeakMap<Error, TextPlace>();

/** A refusal of a text body that knows its place. */
export function refuseText(message: string, place: TextPlace): Refusal {
  const refusal = textParseRefusal(message);
  places.set(refusal, place);
  return refusal;
}

/** The place that a text was refused for; `null` for other errors. */
export function placeOf(error: Error): TextPlace | null {
  return places.get(error) ?? null;
}
