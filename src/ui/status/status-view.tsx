import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { readServer, type ServerStatus } from '../api.ts';
import { formatCount } from '../format/numbers.ts';
import { formatUptime } from '../format/times.ts';
import { Problem } from '../parts/problem.tsx';
import { Time } from '../parts/time.tsx';
import { clockDifferenceMs } from '../server-clock.ts';
import { Waiting } from '../parts/waiting.tsx';
import { FlagsTable } from './flags-table.tsx';
import { BuildCard, LimitsCard, RuntimeCard, StorageCard } from './status-cards.tsx';
import { ScrapesTable } from './scrapes-table.tsx';
import styles from './status.module.css';
import { WipeDialog } from './wipe-dialog.tsx';

/** How often the page looks while somebody does. */
const refreshMs = 10_000;

/** The server: what it is, how it is, how it was started, who scrapes it. */
export function StatusView(): ReactNode {
  const { data, error, refetch } = useQuery({
    queryKey: ['server'],
    queryFn: ({ signal }) => readServer(signal),
    refetchInterval: refreshMs,
  });
  return (
    <div className={styles.view}>
      <h1>Status</h1>
      {error !== null && <Problem what="read the status" error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Waiting what="the status" />}
      {data !== undefined && <Status server={data} />}
    </div>
  );
}

function Status({ server }: { readonly server: ServerStatus }): ReactNode {
  const [isWiping, setWiping] = useState(false);
  const { storage, runtime } = server;
  return (
    <>
      <div className={styles.headline}>
        <Figure name="Storage" tone={storage.is_ready ? 'good' : 'bad'}>
          {storage.is_ready ? 'Healthy' : 'Not ready'}
        </Figure>
        <Figure name="Groups">{formatCount(storage.groups)}</Figure>
        <Figure name="Families">{formatCount(storage.families)}</Figure>
        <Figure name="Up for">{formatUptime(runtime.uptime_seconds * 1000)}</Figure>
        <Figure name="Version">{server.version}</Figure>
      </div>
      <div className={styles.cards}>
        <StorageCard server={server} onWipe={() => setWiping(true)} />
        <RuntimeCard runtime={runtime} />
        <BuildCard server={server} />
        <LimitsCard limits={server.limits} />
      </div>
      <ScrapesTable scrapes={server.scrapes} />
      <FlagsTable flags={server.flags} />
      <p className={styles.quiet}>
        The server says it is <Time at={server.now} isExact />; started <Time at={server.start_time} isExact />.
        {clockDifferenceMs() !== 0 &&
          ` Its clock is ${formatUptime(Math.abs(clockDifferenceMs()))} ${clockDifferenceMs() > 0 ? 'ahead of' : 'behind'} that of this browser; times on this page count by the server’s.`}
      </p>
      {isWiping && <WipeDialog groups={storage.groups} onClose={() => setWiping(false)} />}
    </>
  );
}

function Figure({
  name,
  tone,
  children,
}: {
  readonly name: string;
  readonly tone?: 'good' | 'bad';
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={styles.figure} data-tone={tone}>
      <span>{name}</span>
      <b>{children}</b>
    </div>
  );
}
