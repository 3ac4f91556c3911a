import type { Clock } from '../base/clock.ts';
import { formatGoDuration } from '../base/durations.ts';
import type { Logger } from '../base/logger.ts';
import { createDurableGroupLog } from '../persistence/durable-group-log.ts';
import { commitFailed } from '../persistence/errors.ts';
import type { GroupLog } from '../persistence/group-log.ts';
import { importPushgatewayGroups } from '../persistence/import-pushgateway/import-groups.ts';
import { MemoryGroupLog } from '../persistence/memory-group-log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Flags } from './flags.ts';

/** Makes the group log that the flags ask for, without opening it. */
export function createGroupLog(flags: Flags, telemetry: Telemetry, version: string, clock: Clock, logger: Logger): GroupLog {
  const { persistenceFile: path, persistenceIntervalMs: intervalMs, persistenceSync: sync } = flags;
  if (path === '') return new MemoryGroupLog();
  if (sync === 'interval') {
    const interval = formatGoDuration(intervalMs);
    logger.warn(
      { interval },
      'Pushes are answered before they are on disk: a crash loses those of the last interval (--persistence.sync=interval)',
    );
  }
  const importFile = (file: string): ReturnType<typeof importPushgatewayGroups> => importPushgatewayGroups(file, logger);
  const options = { path, version, clock, logger, importFile, observer: telemetry.addPersistence([commitFailed.code]) };
  return createDurableGroupLog(options, sync === 'always' ? { kind: 'always' } : { kind: 'interval', intervalMs });
}
