import { agentCommand } from './agent.ts';
import { checkCommand } from './check.ts';
import type { Command } from './command.ts';
import { execCommand } from './exec.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';

/** Every command but `serve`, which is what Pushgate does when no command is named. */
export const commands: readonly Command[] = [agentCommand, checkCommand, execCommand, exportCommand, importCommand];

export function findCommand(name: string | undefined): Command | undefined {
  return commands.find((command) => command.name === name);
}
