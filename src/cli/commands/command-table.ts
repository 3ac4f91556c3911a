import { checkCommand } from './check.ts';
import type { Command } from './command.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { deleteCommand } from './remote/delete.ts';
import { lintCommand } from './remote/lint.ts';
import { listCommand } from './remote/list.ts';
import { pushCommand } from './remote/push.ts';
import { showCommand } from './remote/show.ts';
import { statusCommand } from './remote/status.ts';
import { wipeCommand } from './remote/wipe.ts';

/** Every command but `serve`, which is what Pushgate does when no command is named. */
export const commands: readonly Command[] = [
  pushCommand,
  lintCommand,
  listCommand,
  showCommand,
  deleteCommand,
  wipeCommand,
  statusCommand,
  checkCommand,
  exportCommand,
  importCommand,
];

export function findCommand(name: string | undefined): Command | undefined {
  return commands.find((command) => command.name === name);
}
