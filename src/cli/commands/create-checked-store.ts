import { createSystemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createRateLimitedLog } from '../../base/rate-limited-log.ts';
import { MetricStore } from '../../store/metric-store.ts';

/** A store of a command's own, to find out what a server would say: takes what is put into it as it is, and refuses pushes that do not fit. */
export function createCheckedStore(): MetricStore {
  return new MetricStore({ ownTypes: new Map(), isChecked: true, log: createRateLimitedLog(silentLogger, createSystemClock(), 1) });
}
