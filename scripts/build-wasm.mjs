// Compiles what is AssemblyScript, src/wasm/assembly/, to modules that carry their code with them: src/wasm/compiled/.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import asc from 'assemblyscript/asc';

const room = path.join(import.meta.dirname, '..', 'src', 'wasm');
mkdirSync(path.join(room, 'compiled'), { recursive: true });
for (const file of readdirSync(path.join(room, 'assembly')).filter((name) => name.endsWith('.ts'))) {
  writeFileSync(path.join(room, 'compiled', file), `export const code =\n  '${await compile(file)}';\n`);
}

/** The code as base64. The memory comes from outside, nothing is allocated inside, and nothing is imported. */
async function compile(file) {
  let code = null;
  const { error, stderr } = await asc.main(
    [
      file,
      '--baseDir',
      path.join(room, 'assembly'),
      '--outFile',
      'code.wasm',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--enable',
      'simd',
    ],
    { writeFile: (name, content) => void (code = name === 'code.wasm' ? content : code) },
  );
  if (error !== null) throw new Error(`cannot compile ${file}: ${stderr.toString()}`);
  return Buffer.from(code).toString('base64');
}
