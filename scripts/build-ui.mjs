// Builds the page (src/ui) into dist/ui, with a gzip and a brotli file beside everything that gets smaller by it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { uiConfig } from './ui-config.mjs';

await build({ ...uiConfig, mode: 'production', logLevel: 'warn' });

const folder = path.join(uiConfig.build.outDir, uiConfig.build.assetsDir);
for (const name of readdirSync(folder).filter((file) => /\.(js|css|svg|json)$/.test(file))) {
  const file = path.join(folder, name);
  const bytes = readFileSync(file);
  writeSmaller(`${file}.gz`, bytes, gzipSync(bytes, { level: 9 }));
  writeSmaller(`${file}.br`, bytes, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
}

function writeSmaller(file, bytes, compressed) {
  if (compressed.length < bytes.length) writeFileSync(file, compressed);
}
