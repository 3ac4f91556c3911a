/** What is served at fixed paths, and what below some, all behind the prefix. Imports nothing: the command line asks here too. */
const servedPaths: readonly string[] = ['/', '/status', '/-/healthy', '/-/ready', '/-/quit'];
const servedFolders: readonly string[] = ['/static/', '/debug/pprof/', '/metrics/job/', '/metrics/job@base64/', '/api/v1/'];

/** Whether a telemetry path would take the place of another endpoint, or is no plain path. */
export function isTakenPath(telemetryPath: string): boolean {
  const path = joinPath('', telemetryPath);
  return servedPaths.includes(path) || servedFolders.some((folder) => path.startsWith(folder)) || /[:*]/.test(path);
}

/** Joins like Go's `path.Join`: one slash between the parts. */
export function joinPath(prefix: string, path: string): string {
  return `${prefix}/${path}`.replace(/\/{2,}/g, '/');
}
