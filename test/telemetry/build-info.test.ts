import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatVersion, formatVersionSummary, readBuildInfo } from '../../src/telemetry/build-info.ts';

test('the version is the package’s, the rest comes from the environment', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(readBuildInfo({})).toEqual({
    version: manifest.version,
    revision: 'unknown',
    branch: 'unknown',
    buildUser: 'unknown',
    buildDate: 'unknown',
    goVersion: `node${process.versions.node}`,
  });
  const env = { PUSHGATE_REVISION: 'r', PUSHGATE_BRANCH: 'b', PUSHGATE_BUILD_USER: 'u', PUSHGATE_BUILD_DATE: 'd' };
  expect(readBuildInfo(env)).toMatchObject({ revision: 'r', branch: 'b', buildUser: 'u', buildDate: 'd' });
});

test('the version text opens as the reference’s does', () => {
  const build = { ...readBuildInfo({}), version: '1.2.3', revision: 'r', branch: 'b' };
  expect(formatVersion(build)).toMatch(/^pushgateway, version 1\.2\.3 \(branch: b, revision: r\)\n {2}build user: +unknown\n/);
  expect(formatVersionSummary(build)).toBe('(version=1.2.3, branch=b, revision=r)');
});
