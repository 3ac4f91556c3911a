import { programFiles } from '../base/program-files.ts';

/** What this program was built from and runs on, under the names of the reference's status API. */
export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly branch: string;
  readonly buildUser: string;
  readonly buildDate: string;
  /** The Go release in the reference; here the runtime's, such as `node20.19.0`. */
  readonly goVersion: string;
}

const notTold = 'unknown';

/**
 * Reads the version from `package.json`. What else a build may want to tell comes from the environment: `PUSHGATE_REVISION`,
 * `PUSHGATE_BRANCH`, `PUSHGATE_BUILD_USER` and `PUSHGATE_BUILD_DATE`.
 */
export function readBuildInfo(env: NodeJS.ProcessEnv = process.env): BuildInfo {
  const manifest: unknown = JSON.parse(programFiles('').read('package.json').toString());
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return {
    version: hasVersion && typeof manifest.version === 'string' ? manifest.version : notTold,
    revision: env['PUSHGATE_REVISION'] ?? notTold,
    branch: env['PUSHGATE_BRANCH'] ?? notTold,
    buildUser: env['PUSHGATE_BUILD_USER'] ?? notTold,
    buildDate: env['PUSHGATE_BUILD_DATE'] ?? notTold,
    goVersion: `node${process.versions.node}`,
  };
}

/** What `--version` prints; the first line is the reference's. */
export function formatVersion(build: BuildInfo): string {
  return [
    `pushgateway, version ${build.version} (branch: ${build.branch}, revision: ${build.revision})`,
    `  build user:       ${build.buildUser}`,
    `  build date:       ${build.buildDate}`,
    `  runtime version:  ${build.goVersion}`,
    `  platform:         ${process.platform}/${process.arch}`,
    '',
  ].join('\n');
}

/** What the log says at the start. */
export function formatVersionSummary(build: BuildInfo): string {
  return `(version=${build.version}, branch=${build.branch}, revision=${build.revision})`;
}
