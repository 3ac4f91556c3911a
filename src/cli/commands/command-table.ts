import type { CommandEntry } from './command.ts';

/** Every command but `serve`, which is what Pushgate does when no command is named. Only the one that is named is loaded. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'push',
    forms: ['--job JOB [--label NAME=VALUE]... [--replace] [FILE|-]', '--job JOB [--label NAME=VALUE]... --metric NAME=VALUE...'],
    summary: 'Push metrics to a gateway.',
    load: async () => (await import('./remote/push.ts')).pushCommand,
  },
  {
    name: 'exec',
    forms: ['--job=JOB [OPTIONS] -- COMMAND [ARGUMENT...]'],
    summary: 'Run a job, and push how it went.',
    leavesStdio: true,
    load: async () => (await import('./exec.ts')).execCommand,
  },
  {
    name: 'agent',
    forms: ['--config=FILE [--check]'],
    summary: 'Collect metrics on an interval, and push them.',
    reportsBugs: true,
    load: async () => (await import('./agent.ts')).agentCommand,
  },
  {
    name: 'lint',
    forms: ['[--strict] [--json] FILE', '--url URL --job JOB [--label NAME=VALUE]... FILE'],
    summary: 'Check metrics without pushing them.',
    load: async () => (await import('./remote/lint.ts')).lintCommand,
  },
  {
    name: 'list',
    forms: ['[SELECTOR...]'],
    summary: 'List the groups of a gateway.',
    load: async () => (await import('./remote/list.ts')).listCommand,
  },
  {
    name: 'show',
    forms: ['--job JOB [--label NAME=VALUE]...', 'GROUP|ID'],
    summary: 'Show a group: its metrics, values and last pushes.',
    load: async () => (await import('./remote/show.ts')).showCommand,
  },
  {
    name: 'delete',
    forms: ['--job JOB [--label NAME=VALUE]...', '--match SELECTOR... [--dry-run] [--yes]'],
    summary: 'Delete groups of a gateway.',
    load: async () => (await import('./remote/delete.ts')).deleteCommand,
  },
  {
    name: 'wipe',
    forms: ['[--yes]'],
    summary: 'Delete every group of a gateway.',
    load: async () => (await import('./remote/wipe.ts')).wipeCommand,
  },
  {
    name: 'status',
    forms: ['[--json]'],
    summary: 'Say how a gateway is.',
    load: async () => (await import('./remote/status.ts')).statusCommand,
  },
  {
    name: 'check',
    forms: ['PATH', '--salvage OUT PATH'],
    summary: 'Verify a store, or save what a damaged one still holds.',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  {
    name: 'export',
    forms: ['[--format=text|pushgateway] PATH [FILE|-]'],
    summary: 'Write what a store holds as text, or for prom/pushgateway.',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  {
    name: 'import',
    forms: ['[--grouping-labels=LIST] PATH [FILE|-]'],
    summary: 'Bring a text exposition into a store.',
    load: async () => (await import('./import.ts')).importCommand,
  },
];

export function findCommand(name: string | undefined): CommandEntry | undefined {
  return commands.find((command) => command.name === name);
}
