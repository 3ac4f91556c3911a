import path from 'node:path';
import * as v from 'valibot';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { unknownKeyMessage } from '../../base/yaml-fields.ts';
import { agentFileFailure, badAgentConfig } from '../errors.ts';
import { readBoundedFile } from '../../base/read-bounded-file.ts';
import { configBytesMax } from '../limits.ts';
import type { AgentConfig } from './agent-config.ts';
import { configField } from './config-field.ts';
import type { FieldContext } from './source-fields.ts';

/** Reads the file of `pushgate agent`. Throws a Refusal that names the file, the line and the key, or a Failure if it cannot be read. */
export function readAgentConfig(file: string, context: Omit<FieldContext, 'directory'>): AgentConfig {
  return parseAgentConfig(readText(file), file, { ...context, directory: path.dirname(path.resolve(file)) });
}

/** As `readAgentConfig`, of a text that was read from `file`. */
export function parseAgentConfig(yaml: string, file: string, context: FieldContext): AgentConfig {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { version: '1.1', schema: 'failsafe', merge: true, lineCounter: lines, prettyErrors: false });
  const [syntaxError] = document.errors;
  const fail = (offset: number | null, message: string): never => {
    const place = offset === null ? file : `${file}:${lines.linePos(offset).line}`;
    throw badAgentConfig(`cannot use the agent's configuration ${place}: ${message}`);
  };
  if (syntaxError !== undefined) fail(syntaxError.pos[0], `it is not YAML: ${syntaxError.message}`);
  const result = v.safeParse(configField(context), readTree(document, fail));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const keys = (issue.path ?? []).map(({ key }) => key);
  return fail(findOffset(document, keys), explainIssue(keys, issue.message));
}

function readTree(document: Document, fail: (offset: null, message: string) => never): unknown {
  try {
    // Aliases that unfold to more than this are an attack or a mistake.
    return (document.toJS({ mapAsMap: true, maxAliasCount: 1000 }) as unknown) ?? '';
  } catch (error) {
    return fail(null, (error as Error).message);
  }
}

function explainIssue(keys: readonly unknown[], message: string): string {
  const way = keys.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
  if (message === unknownKeyMessage) return `${way} ${unknownKeyMessage}`;
  // A key that is missing is an issue of its own kind.
  const plain = /^Invalid key: Expected .* but received undefined$/.test(message) ? 'it is missing' : message;
  return way === '' ? plain : `${way}: ${plain}`;
}

/** Where the innermost node begins that the way leads to; parts that were merged or left out have none of their own. */
function findOffset(document: Document, keys: readonly unknown[]): number | null {
  for (let length = keys.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(keys.slice(0, length - 1), true);
    const key = keys[length - 1];
    // The key itself, not its value, which may begin lines below.
    const pairs = (parent as { items?: readonly { key?: unknown }[] } | undefined)?.items ?? [];
    const pair = pairs.find((item) => isNode(item.key) && String(item.key) === String(key));
    const node = pair?.key ?? document.getIn(keys.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : null;
}

function readText(file: string): string {
  try {
    return readBoundedFile(file, configBytesMax).toString();
  } catch (cause) {
    throw agentFileFailure(`cannot read the agent's configuration ${file}: ${(cause as Error).message}`, { cause });
  }
}
