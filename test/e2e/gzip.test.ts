import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { GzipWriter } from '../../src/wasm/gzip.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { makeInput } from '../wasm/gzip-inputs.ts';

const temporaryFolder = useTemporaryFolder();

// Prometheus, and with it Go's, reads what we compress in prometheus.test.ts; zlib in test/wasm/gzip.test.ts.
test.each([
  ['gzip', ['-d', '-c']],
  ['python3', ['-c', 'import gzip, sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())']],
])('what we compress is read by %s', (program, options) => {
  const parts = Array.from({ length: 60 }, (_, i) => makeInput(i, (i * 7919) % 150_000));
  const writer = new GzipWriter();
  const compressed = parts.flatMap((part) => Array.from(writer.compress(part), (chunk) => Buffer.from(chunk)));
  const file = path.join(temporaryFolder(), 'all-kinds.gz');
  writeFileSync(file, Buffer.concat([...compressed, writer.finish()]));
  const read = execFileSync(program, [...options, file], { maxBuffer: 64 * 1024 * 1024, timeout: 15_000 });
  expect(read.equals(Buffer.concat(parts))).toBe(true);
});
