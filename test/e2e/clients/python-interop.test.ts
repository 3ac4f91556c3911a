import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { needs } from '../../support/debian.ts';
import { startGateway } from '../target.ts';

// The kit's own smoke test pushes what the matrix does not: Info, Enum, the key of the IP address.
test.runIf(needs('python3-prometheus-client'))('the interoperability test of the conformance kit passes', async () => {
  const gateway = await startGateway();
  const kit = path.join(import.meta.dirname, '..', '..', 'conformance', 'interop.py');
  const { stdout } = await promisify(execFile)('/usr/bin/python3', [kit, gateway.url]).finally(() => gateway.stop());
  expect(stdout).toContain('ok   all deleted');
  expect(stdout).not.toContain('FAIL');
});
