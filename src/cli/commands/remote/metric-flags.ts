import { Refusal } from '../../../base/errors.ts';
import { escapeHelp, renderName } from '../../../exposition/sample-text.ts';
import { parseText } from '../../../exposition/text-parser.ts';
import { badCommandLine } from '../../errors.ts';
import type { GivenOption } from '../command-arguments.ts';

/** Types of which one sample is a whole metric. */
const types: readonly string[] = ['gauge', 'counter', 'untyped'];

interface FamilyText {
  type: string | null;
  help: string | null;
  readonly samples: string[];
}

/**
 * The text of `--metric` options, with the `--type` and `--help` that stand behind each. Metrics of one name make one family. Throws
 * PG_COMMAND_LINE for whatever a gateway would not take; the check of all of it is left to the caller.
 */
export function writeMetricFlags(given: readonly GivenOption[]): string {
  const families = new Map<string, FamilyText>();
  let current: FamilyText | null = null;
  for (const { name, value } of given) {
    if (name === 'metric') current = addSample(families, value);
    else if (name === 'type') describe(current, 'type', readType(value));
    else if (name === 'help') describe(current, 'help', value);
  }
  return [...families].map(([name, family]) => writeFamily(name, family)).join('');
}

function addSample(families: Map<string, FamilyText>, metric: string): FamilyText {
  const [, series, value] = /^([^={]*(?:\{.*\})?)=([^\s]+)$/s.exec(metric) ?? [];
  if (series === undefined || value === undefined || metric.includes('\n')) {
    throw badCommandLine(`--metric ${JSON.stringify(metric)} is not name=value or name{label="value"}=value`);
  }
  const line = `${series.trim()} ${value}\n`;
  const name = readName(metric, line);
  const family = families.get(name) ?? { type: null, help: null, samples: [] };
  family.samples.push(line);
  families.set(name, family);
  return family;
}

function readName(metric: string, line: string): string {
  try {
    const name = parseText(Buffer.from(line), { allowUtf8Names: true })[0]?.name;
    if (name !== undefined) return name;
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw badCommandLine(`--metric ${JSON.stringify(metric)}: ${cause.message.replace(/^.*\bline 1: /, '')}`, { cause });
  }
  throw badCommandLine(`--metric ${JSON.stringify(metric)} names no metric`);
}

function readType(type: string): string {
  if (types.includes(type)) return type;
  throw badCommandLine(`--type takes one of ${types.join(', ')}, not ${type}; push other types from a file`);
}

function describe(family: FamilyText | null, part: 'type' | 'help', text: string): void {
  if (family === null) throw badCommandLine(`--${part} must stand behind the --metric that it describes`);
  if (family[part] !== null && family[part] !== text) throw badCommandLine(`--${part} is given twice for one metric`);
  family[part] = text;
}

function writeFamily(name: string, { type, help, samples }: FamilyText): string {
  const helpLine = help === null ? '' : `# HELP ${renderName(name)} ${escapeHelp(help)}\n`;
  const typeLine = type === null ? '' : `# TYPE ${renderName(name)} ${type}\n`;
  return helpLine + typeLine + samples.join('');
}
