import path from 'node:path';
import ts from 'typescript';
import type { Tree } from './tree.ts';

/** The storeys of the house, the lowest first: a room may import from the storeys below its own. */
const storeys: readonly (readonly string[])[] = [
  ['base'],
  ['wasm'],
  ['model'],
  ['exposition'],
  ['store'],
  ['persistence', 'policy', 'telemetry', 'history'],
  ['cluster'],
  ['api'],
  ['cli'],
];

/** Rooms beside the storeys, with all that they may import. */
const annexes: Readonly<Record<string, readonly string[]>> = {
  http: ['base'],
  client: ['base', 'model', 'exposition'],
  agent: ['base', 'model', 'exposition', 'client'],
  ui: ['api/types.ts'],
};

/** Who may import from such a room. */
const annexUsers: Readonly<Record<string, readonly string[]>> = { http: ['api', 'cli'], client: ['agent', 'cli'], agent: ['cli'], ui: [] };

/** Imports from one room into another that the plan of the house does not allow, each as a sentence. Types count. */
export function findBreaches(sources: Tree): string[] {
  return [...sources].flatMap(([file, text]) => {
    const imports = listImports(file, text).filter((target) => target.startsWith('src/'));
    return imports.flatMap((target) => (isAllowed(file, target) ? [] : [`${file} must not import ${target}`]));
  });
}

/** Circles of imports between files, types included: each as the way round. */
export function findCycles(sources: Tree): string[] {
  const graph = new Map([...sources].map(([file, text]) => [file, listImports(file, text)] as const));
  const cycles: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) cycles.push([...way.slice(start), file].join(' -> '));
    if (start >= 0 || finished.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...way, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

/** Every folder of src/ must have its place in the plan. */
export function findUnknownRooms(sources: Tree): string[] {
  const known = [...storeys.flat(), ...Object.keys(annexes)];
  return [...new Set([...sources.keys()].map(roomOf))].filter((room) => !known.includes(room));
}

function isAllowed(file: string, target: string): boolean {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === to) return true;
  const allowed = annexes[from];
  if (allowed !== undefined) return allowed.includes(to) || allowed.includes(target.slice('src/'.length));
  if (to in annexes) return annexUsers[to]?.includes(from) === true;
  return storeyOf(to) < storeyOf(from);
}

function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

function storeyOf(room: string): number {
  return storeys.findIndex((rooms) => rooms.includes(room));
}

/** What a file imports of the repository: import, import type, export from, import() and import('...') as a type. */
function listImports(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier?.startsWith('.')) found.push(path.posix.join(path.posix.dirname(file), specifier));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  let literal: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) literal = node.moduleSpecifier;
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) literal = node.argument.literal;
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) literal = node.arguments[0];
  return literal !== undefined && ts.isStringLiteralLike(literal) ? literal.text : undefined;
}
