import type { Refusal } from '../base/errors.ts';
import { expositionTooLargeRefusal } from './errors.ts';
import { familiesMax, readyTextLengthMax } from './limits.ts';

/** Refuses a push of which the text, with the grouping labels on every line, would be longer than we keep. */
export function refuseTooLong(): Refusal {
  return expositionTooLargeRefusal(
    `cannot store the push: its exposition, with the grouping labels on every line, is longer than ${readyTextLengthMax} characters`,
  );
}

/** Refuses a push of more samples and labels than `partsMax`, the bound of the decoder that met them. */
export function refuseTooManyParts(partsMax: number): Refusal {
  return expositionTooLargeRefusal(`cannot parse the push: it has more than ${partsMax} samples and labels`);
}

export function refuseTooManyFamilies(): Refusal {
  return expositionTooLargeRefusal(`cannot parse the push: it has more than ${familiesMax} metric families`);
}
