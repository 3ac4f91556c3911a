import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(import.meta.dirname, '..', '..');

/** Compiles rooms of src/ into a folder from which `node` can run them, without type checks and whatever state dist/ is in. */
export function compileSources(outFolder: string, rooms: readonly string[]): void {
  mkdirSync(outFolder, { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(outFolder, 'node_modules'));
  writeFileSync(path.join(outFolder, 'package.json'), '{"type":"module"}');
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  for (const room of rooms) {
    for (const file of listSources(path.join(root, 'src', room))) {
      const target = path.join(outFolder, path.relative(path.join(root, 'src'), file)).replace(/\.ts$/, '.js');
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions }).outputText);
    }
  }
}

function listSources(folder: string): string[] {
  return ts.sys.readDirectory(folder, ['.ts']);
}
