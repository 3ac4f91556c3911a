import { parseArgs } from 'node:util';
import { badCommandLine } from '../errors.ts';
import type { Command } from './command.ts';
import { CommandArguments, type GivenOption } from './command-arguments.ts';

/** Reads the arguments behind a command's name; `help` if that is what they ask for. Throws PG_COMMAND_LINE. */
export function readArguments(command: Command, argv: readonly string[]): CommandArguments | 'help' {
  if (asksForHelp(command, argv)) return 'help';
  const tokens = tokenize(command, argv);
  const given: GivenOption[] = [];
  const operands: string[] = [];
  const terminator = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? Infinity;
  const commandLine: string[] | null = command.takesCommandLine === true && terminator < Infinity ? [] : null;
  for (const token of tokens) {
    if (token.kind === 'option') given.push({ name: token.name, value: token.value ?? '' });
    if (token.kind === 'positional') (token.index > terminator && commandLine !== null ? commandLine : operands).push(token.value);
  }
  checkRepeats(command, given);
  checkOperands(command, operands);
  return new CommandArguments(given, operands, commandLine);
}

/** `--help` behind a `--metric` is an option of that name, where a command has one. */
function asksForHelp({ options }: Command, argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const firstMetric = options.some(({ name }) => name === 'help') ? own.findIndex((argument) => argument.startsWith('--metric')) : -1;
  return (firstMetric === -1 ? own : own.slice(0, firstMetric)).some((argument) => argument === '--help' || argument === '-h');
}

function tokenize({ options }: Command, argv: readonly string[]): ReturnType<typeof parseTokens> {
  try {
    return parseTokens(options, argv);
  } catch (cause) {
    // The first sentence says what is wrong; what follows is advice to programmers.
    throw badCommandLine((cause as Error).message.replace(/\. .*$/s, ''), { cause });
  }
}

function parseTokens(options: Command['options'], argv: readonly string[]) {
  const config = options.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string', multiple: true }] as const);
  return parseArgs({ args: [...argv], options: Object.fromEntries(config), allowPositionals: true, tokens: true }).tokens;
}

function checkRepeats({ options }: Command, given: readonly GivenOption[]): void {
  for (const { name, value, isRepeatable } of options) {
    const count = given.filter((option) => option.name === name).length;
    if (count > 1 && value !== undefined && isRepeatable !== true) throw badCommandLine(`--${name} cannot be repeated`);
  }
}

function checkOperands({ operandName, operandsMin, operandsMax }: Command, operands: readonly string[]): void {
  if (operands.length < operandsMin) throw badCommandLine(`${operandName ?? 'an operand'} is missing`);
  const surplus = operands[operandsMax];
  if (surplus !== undefined) throw badCommandLine(`unexpected ${surplus}`);
}
