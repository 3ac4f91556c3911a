/** As much of the WebAssembly JavaScript interface as is used here: the library types of Node have none of it. */
declare namespace WebAssembly {
  type Module = object;
  const Module: new (code: Uint8Array) => Module;
  class Instance {
    readonly exports: unknown;
    constructor(module: Module, imports: { readonly env: { readonly memory: Memory } });
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(size: { readonly initial: number });
    /** By so many pages of 64 KiB; views of the old buffer hold nothing any more. */
    grow(pages: number): number;
  }
}
