import { formatGoFloat } from '../exposition/go-number.ts';
import { escapeHelp } from '../exposition/sample-text.ts';

/** A gauge with one sample and no label. */
export interface GaugeSample {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

/** The text of some gauges, each with its HELP and TYPE. Names are not checked. */
export function formatGauges(gauges: readonly GaugeSample[]): string {
  return gauges
    .map(({ name, help, value }) => `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} gauge\n${name} ${formatGoFloat(value)}\n`)
    .join('');
}
