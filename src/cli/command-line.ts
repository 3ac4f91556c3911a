import { isTakenPath } from '../api/served-paths.ts';
import { Refusal } from '../base/errors.ts';
import { formatVersion, readBuildInfo } from '../telemetry/build-info.ts';
import { readTokens } from './argument-tokens.ts';
import { badCommandLine } from './errors.ts';
import { computeRoutePrefix } from './external-url.ts';
import { flagKeys, flagTable, type Flags } from './flags.ts';
import { formatUsage } from './usage.ts';

/** What a command line asks for: a server, or a text and the end. */
export type CommandLine =
  | { readonly kind: 'serve'; readonly flags: Flags }
  | { readonly kind: 'exit'; readonly code: number; readonly stdout?: string; readonly stderr?: string };

/** The flags as they were given, or what to do instead of serving. */
type Scan =
  | { readonly kind: 'values'; readonly values: ReadonlyMap<keyof Flags, readonly string[]> }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/**
 * Reads the arguments behind the program's name (SPEC §8). Never throws for what a user can write: errors become a message on stderr
 * and exit code 1. `@file` arguments are read from disk. A leading `serve` may be left out.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  try {
    const scan = scanFlags(argv[0] === 'serve' ? argv.slice(1) : argv);
    if (scan.kind === 'help') return { kind: 'exit', code: 0, stdout: formatUsage() };
    if (scan.kind === 'version') return { kind: 'exit', code: 0, stdout: formatVersion(readBuildInfo()) };
    return { kind: 'serve', flags: resolveFlags(scan.values) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'exit', code: 1, stderr: `pushgate: error: ${error.message}, try --help\n` };
  }
}

/** Finds the flags, without looking at their values. `--version` acts where it stands, `--help` only if every flag is known. */
function scanFlags(argv: readonly string[]): Scan {
  const values = new Map<keyof Flags, string[]>();
  let isHelpWanted = false;
  const tokens = readTokens(argv);
  for (let next = tokens.next(); next.done !== true; next = tokens.next()) {
    const token = next.value;
    if (token.kind === 'argument') throw badCommandLine(`unexpected ${token.text}`);
    if (token.kind === 'long' && token.name === 'version') return { kind: 'version' };
    if (token.name === (token.kind === 'long' ? 'help' : 'h')) {
      isHelpWanted = true;
      continue;
    }
    if (token.kind === 'short') throw badCommandLine(`unknown short flag '-${token.name}'`);
    const { key, isOn } = findFlag(token.name);
    const given = values.get(key) ?? [];
    values.set(key, given);
    if (!flagTable[key].kind.takesValue) {
      given.push(String(isOn));
      continue;
    }
    const value = tokens.next();
    if (value.done === true || value.value.kind !== 'argument') throw badCommandLine(`expected argument for flag '--${token.name}'`);
    given.push(value.value.text);
  }
  return isHelpWanted ? { kind: 'help' } : { kind: 'values', values };
}

function findFlag(name: string): { key: keyof Flags; isOn: boolean } {
  const keyOf = (wanted: string): keyof Flags | undefined => flagKeys().find((key) => flagTable[key].name === wanted);
  const key = keyOf(name);
  if (key !== undefined) return { key, isOn: true };
  const negatedKey = name.startsWith('no-') ? keyOf(name.slice('no-'.length)) : undefined;
  if (negatedKey !== undefined && !flagTable[negatedKey].kind.takesValue) return { key: negatedKey, isOn: false };
  throw badCommandLine(`unknown long flag '--${name}'`);
}

/** Reads the values, fills in defaults, computes the prefix, and checks what no single flag can tell. */
function resolveFlags(values: ReadonlyMap<keyof Flags, readonly string[]>): Flags {
  const resolve = <K extends keyof Flags>(key: K): [K, Flags[K]] => {
    const { name, kind, fallback } = flagTable[key];
    const texts = values.get(key) ?? [];
    if (texts.length > 1 && !kind.isRepeatable) throw badCommandLine(`flag '${name}' cannot be repeated`);
    return [key, texts.length === 0 ? fallback : kind.parse(texts)];
  };
  // The table has every key of Flags with its type, which fromEntries cannot know.
  const given = Object.fromEntries(flagKeys().map(resolve)) as unknown as Flags;
  const flags: Flags = { ...given, routePrefix: computeRoutePrefix(given.routePrefix, given.externalUrl) };
  if (flags.routePrefix === '' && !flags.telemetryPath.startsWith('/')) {
    throw badCommandLine(`web.telemetry-path ${JSON.stringify(flags.telemetryPath)} must begin with '/'`);
  }
  if (isTakenPath(flags.telemetryPath)) {
    throw badCommandLine(`web.telemetry-path ${JSON.stringify(flags.telemetryPath)} is the path of another endpoint; choose another one`);
  }
  return flags;
}
