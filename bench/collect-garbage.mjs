// node --expose-gc --import=.../collect-garbage.mjs SERVER: the very server, which collects all garbage when it gets SIGUSR2.
process.on('SIGUSR2', () => globalThis.gc());
