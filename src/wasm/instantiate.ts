import type { LinearMemory } from './linear-memory.ts';

/** What was compiled already, by its code. */
const modules = new Map<string, WebAssembly.Module>();

/** The exports of a module that works in this memory. `code`: of one of the modules in compiled/. */
export function instantiate(code: string, { memory }: Pick<LinearMemory, 'memory'>): unknown {
  const module = modules.get(code) ?? new WebAssembly.Module(Buffer.from(code, 'base64'));
  modules.set(code, module);
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}
