import type { Clock } from '../base/clock.ts';
import { PreviousFamilies } from '../history/previous-families.ts';
import { PushHistory } from '../history/push-history.ts';
import type { Group } from '../model/group.ts';
import type { GroupChange } from '../store/metric-store.ts';
import { ChangeHub } from './v1/change-hub.ts';
import { GroupCatalog } from './v1/group-catalog.ts';
import { ScrapeLog } from './v1/scrape-log.ts';

/** What the page knows beside the store: the list of groups, what happened to them, who listens and who scrapes. In memory alone. */
export interface Insight {
  readonly catalog: GroupCatalog;
  readonly history: PushHistory;
  readonly previous: PreviousFamilies;
  readonly changes: ChangeHub;
  readonly scrapes: ScrapeLog;
  /** To be told of every change that becomes visible in the store. Hot path: once per push. */
  readonly apply: (changes: readonly GroupChange[]) => void;
}

/** `groupOf`: what is stored of a group now. */
export function createInsight(clock: Clock, groupOf: (id: string) => Group | undefined): Insight {
  const history = new PushHistory();
  const catalog = new GroupCatalog(history.failing, clock);
  const changes = new ChangeHub(clock);
  const previous = new PreviousFamilies({ groupOf });
  return {
    catalog,
    history,
    previous,
    changes,
    scrapes: new ScrapeLog(),
    apply(applied) {
      catalog.apply(applied);
      changes.apply(applied);
      for (const { before, after } of applied) previous.note(before, after);
    },
  };
}
