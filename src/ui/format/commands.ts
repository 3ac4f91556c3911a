/**
 * `curl` for a push of standard input with this method. `address` is that of the page, with a slash at its end; `pushPath` comes from
 * the server, which knows how a grouping key is written in a path.
 */
export function formatPushCommand(address: string, pushPath: string, method: 'POST' | 'PUT'): string {
  const flag = method === 'PUT' ? '-X PUT ' : '';
  return `curl ${flag}--data-binary @- ${quoteShell(address + pushPath)}`;
}

/** A push that can be tried as it is: it brings its one sample with it. */
export function formatFirstPushCommand(address: string): string {
  return `echo 'my_first_metric 3.14' | ${formatPushCommand(address, 'metrics/job/my_job', 'POST')}`;
}

/** `curl` that deletes the group. */
export function formatDeleteCommand(address: string, pushPath: string): string {
  return `curl -X DELETE ${quoteShell(address + pushPath)}`;
}

/** One argument for a POSIX shell. */
export function quoteShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}
