import path from 'node:path';
import ts from 'typescript';
import { select, type Tree } from './tree.ts';

/** A file read in one sitting, a function seen whole: the aims are 350 and 60 lines, these are the ends of our patience. */
const fileLinesMax = 450;
const functionLinesMax = 90;

/** State machines that are easier to follow in one piece, by `file function`. */
const longFunctions: ReadonlySet<string> = new Set([]);

/** Names that people expect to find as they are. */
const conventionalNames =
  /^(README(\.zh-CN)?|ARCHITECTURE|CONTRIBUTING|CHANGELOG|RESULTS|LICENSE|Dockerfile|Cargo)(\.(md|toml|lock))?$|^(Chart\.yaml|NOTES\.txt|_[a-z]+\.tpl)$/;
const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;

/** Each broken rule of the house as a sentence. */
export function findUntidiness(tree: Tree): string[] {
  const sources = select(tree, 'src/', '.ts', '.tsx');
  return [
    ...[...tree.keys()].flatMap(checkName),
    ...[...tree].flatMap(([file, text]) => checkText(file, text)),
    ...[...sources].flatMap(([file, text]) => checkSource(file, text)),
    ...[...select(tree, '', 'package-lock.json')].flatMap(([file, text]) => checkLockFile(file, text)),
    ...checkRooms(tree),
  ];
}

function checkName(file: string): string[] {
  const name = path.posix.basename(file);
  if (/^(utils?|helpers?|misc|common)\./.test(name)) return [`${file}: a helper without a home shows a missing noun`];
  // The browser's room follows React: PascalCase for components.
  if (file.startsWith('src/ui/') || file.startsWith('test/fixtures/') || conventionalNames.test(name)) return [];
  return kebabCase.test(name) ? [] : [`${file}: file names are kebab-case`];
}

function checkText(file: string, text: string): string[] {
  const found: string[] = [];
  // Assembled here, so that this file does not find itself.
  const machinePath = new RegExp(`(?<![\\w.$}/-])/(${['work', 'root', 'home/[a-z]+', 'Users/[A-Za-z]+'].join('|')})/`);
  const registry = new RegExp(['registry', '(npmjs|yarnpkg|npmmirror|pypi|docker)\\.(org|com|io)'].join('\\.'));
  if (machinePath.test(text)) found.push(`${file}: names a path of somebody's machine (${machinePath.exec(text)?.[0] ?? ''})`);
  if (registry.test(text)) found.push(`${file}: names a package registry`);
  return found;
}

/** A lock file from which `npm ci` works anywhere: it names no registry, and knows the packages of other platforms too. */
function checkLockFile(file: string, text: string): string[] {
  const { packages = {} } = JSON.parse(text) as LockFile;
  const locked = new Set(Object.keys(packages).map((key) => key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)));
  return Object.entries(packages).flatMap(([key, { resolved, optionalDependencies }]) => [
    ...(resolved?.startsWith('http') ? [`${file}: names where ${key} was fetched from`] : []),
    ...Object.keys(optionalDependencies ?? {})
      .filter((name) => !locked.has(name))
      .map((name) => `${file}: has no entry for ${name}, so npm ci refuses it`),
  ]);
}

interface LockFile {
  readonly packages?: Readonly<
    Record<string, { readonly resolved?: string; readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

function checkSource(file: string, text: string): string[] {
  const found: string[] = [];
  const lines = text.split('\n').length;
  if (lines > fileLinesMax) found.push(`${file}: ${lines} lines; ${fileLinesMax} are the most`);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (isDefaultExport(node)) found.push(`${file}: no default exports`);
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) found.push(...checkFunction(file, source, node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function checkFunction(file: string, source: ts.SourceFile, node: ts.SignatureDeclaration): string[] {
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const lines = lineAt(node.getEnd()) - lineAt(node.getStart(source)) + 1;
  const name = node.name?.getText(source) ?? '(unnamed)';
  if (lines <= functionLinesMax || longFunctions.has(`${file} ${name}`)) return [];
  return [`${file}: ${name} has ${lines} lines; ${functionLinesMax} are the most`];
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
}

function checkRooms(tree: Tree): string[] {
  const rooms = new Set([...select(tree, 'src/', '').keys()].map((file) => file.split('/').slice(0, 2).join('/')));
  return [...rooms].filter((room) => !tree.has(`${room}/README.md`)).map((room) => `${room}: every room has a README.md`);
}
