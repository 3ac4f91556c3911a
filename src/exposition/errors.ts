import { defineRefusal, type RefusalKind } from '../base/errors.ts';

/** A text body that breaks the format's rules: the reference's sentence with the line, then a hint where there is one (SPEC §5). */
export const textParseRefusal: RefusalKind = defineRefusal('PG_TEXT_PARSE', 400);

/** A push of more families, samples or text than memory should hold (see `push-size.ts`). */
export const expositionTooLargeRefusal: RefusalKind = defineRefusal('PG_EXPOSITION_TOO_LARGE', 413);
