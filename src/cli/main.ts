import { findCommand } from './commands/command-table.ts';

/**
 * The program: reads the arguments behind its name, then does what they ask for, or serves until it is told to stop. What is not asked for
 * is not loaded: a job that pushes every minute should not pay for a server.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const command = findCommand(argv[0]);
  if (command === undefined) return (await import('./main-serve.ts')).mainServe(argv);
  return (await import('./main-command.ts')).mainCommand(command, argv.slice(1));
}
