import ts from 'typescript';
import type { Tree } from './tree.ts';

/** An error as the code declares it or as `docs/errors.md` lists it. */
export interface ListedError {
  readonly code: string;
  /** `null` for a Failure: what it is answered with depends on who asked. */
  readonly status: number | null;
}

/** Every `defineRefusal` and `defineFailure` of the sources, in order. A code that is not a plain string is an error of its own. */
export function listDeclaredErrors(sources: Tree): ListedError[] {
  return [...sources].flatMap(([file, text]) => {
    const found: ListedError[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
        const kind = node.expression.text;
        if (kind === 'defineRefusal' || kind === 'defineFailure') found.push(readDeclaration(file, kind, node.arguments));
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
    return found;
  });
}

function readDeclaration(file: string, kind: string, [code, status]: readonly ts.Expression[]): ListedError {
  if (code === undefined || !ts.isStringLiteral(code)) throw new Error(`${file}: ${kind} needs a plain string as its code`);
  if (kind === 'defineFailure') return { code: code.text, status: null };
  if (status === undefined || !ts.isNumericLiteral(status)) throw new Error(`${file}: ${code.text} needs a plain number as its status`);
  return { code: code.text, status: Number(status.text) };
}

/** The tables of `docs/errors.md`: one row an error, the code first; a Failure has `–` for its status. */
export function readErrorsPage(page: string): { readonly listed: readonly ListedError[]; readonly retired: readonly string[] } {
  const [current = '', retired = ''] = page.split(/^## Retired$/m);
  const rows = [...current.matchAll(/^\| `(PG_[A-Z0-9_]+)` +\| (\d{3}|–) +\|/gm)];
  return {
    listed: rows.map(([, code = '', status = '']) => ({ code, status: status === '–' ? null : Number(status) })),
    retired: [...retired.matchAll(/^\| `(PG_[A-Z0-9_]+)` /gm)].map(([, code = '']) => code),
  };
}

/** Where code and page disagree, each as a sentence. */
export function compareErrors(declared: readonly ListedError[], page: string): string[] {
  const { listed, retired } = readErrorsPage(page);
  const show = ({ code, status }: ListedError): string => `${code} (${status === null ? 'failure' : String(status)})`;
  const missing = (from: readonly ListedError[], of: readonly ListedError[]): string[] => {
    const known = new Set(from.map(show));
    return of.map(show).filter((entry) => !known.has(entry));
  };
  const codes = declared.map(({ code }) => code);
  return [
    ...missing(listed, declared).map((entry) => `${entry} is declared but not in docs/errors.md`),
    ...missing(declared, listed).map((entry) => `${entry} is in docs/errors.md but not declared`),
    ...codes.filter((code, i) => codes.indexOf(code) !== i).map((code) => `${code} is declared twice`),
    ...codes.filter((code) => retired.includes(code)).map((code) => `${code} is retired and must not come back`),
    ...codes.filter((code) => !/^PG(_[A-Z0-9]+)+$/.test(code)).map((code) => `${code} does not look like PG_...`),
  ];
}
