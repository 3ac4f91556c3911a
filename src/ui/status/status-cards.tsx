import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { LimitValue, RuntimeStatus, ServerStatus } from '../api.ts';
import { showInvisible } from '../format/labels.ts';
import { formatBytes, formatCount } from '../format/numbers.ts';
import { formatDuration } from '../format/times.ts';
import apiDescriptionUrl from '../../../docs/openapi.yaml?url';
import { Icon } from '../parts/icons.tsx';
import styles from './status.module.css';

/** Where the groups are kept, and whether that works. */
export function StorageCard({
  server: { storage, flags, is_admin_api_enabled: isAdminOn },
  onWipe,
}: {
  readonly server: ServerStatus;
  readonly onWipe: () => void;
}): ReactNode {
  return (
    <Card title="Storage">
      <Row name="Kept in">{storage.kind === 'memory' ? 'memory: a restart forgets all' : 'a file: survives restarts'}</Row>
      {storage.path !== null && (
        <Row name="Path">
          <code>{storage.path}</code>
        </Row>
      )}
      {storage.kind === 'file' && <Row name="On disk">{describeSync(flags)}</Row>}
      <Row name="Health">{storage.is_ready ? 'ready' : `not ready: ${storage.reason ?? 'nobody knows why'}`}</Row>
      <Row name="Inconsistent families">{formatCount(storage.inconsistent_families)}</Row>
      {isAdminOn && (
        <div className={styles.cardAction}>
          <Button size="xs" variant="light" color="red" leftSection={<Icon name="trash" size={14} />} onClick={onWipe}>
            Wipe everything
          </Button>
        </div>
      )}
    </Card>
  );
}

/** When an acknowledged push is on disk, and what that risks. */
function describeSync(flags: ServerStatus['flags']): string {
  const valueOf = (wanted: string): string | undefined => flags.find(({ name }) => name === wanted)?.value;
  if (valueOf('persistence.sync') !== 'interval') return 'before a push is answered';
  return `up to ${valueOf('persistence.interval') ?? 'an interval'} after a push is answered: a crash loses the pushes of that time`;
}

export function RuntimeCard({ runtime }: { readonly runtime: RuntimeStatus }): ReactNode {
  return (
    <Card title="Runtime">
      <Row name="Node">
        {runtime.node_version} on {runtime.platform}
      </Row>
      <Row name="Memory">{formatBytes(runtime.resident_bytes)}</Row>
      <Row name="Heap">
        {formatBytes(runtime.heap_used_bytes)} of at most {formatBytes(runtime.heap_limit_bytes)}
      </Row>
      <Row name="CPU time">{formatDuration(runtime.cpu_seconds)}</Row>
    </Card>
  );
}

export function BuildCard({ server: { build, telemetry_path: telemetryPath } }: { readonly server: ServerStatus }): ReactNode {
  return (
    <Card title="Build and links">
      {Object.entries(build).map(([name, value]) => (
        <Row key={name} name={name}>
          <code>{value}</code>
        </Row>
      ))}
      <Row name="Links">
        <span className={styles.links}>
          <a href={`./${telemetryPath}`}>metrics</a>
          <a href="./api/v1/metrics">metrics as JSON</a>
          <a href="./api/v1/status">status as JSON</a>
          <a href={apiDescriptionUrl}>API description</a>
        </span>
      </Row>
    </Card>
  );
}

export function LimitsCard({ limits }: { readonly limits: readonly LimitValue[] }): ReactNode {
  return (
    <Card title="Limits">
      {limits.map(({ name, value, help }) => (
        <Row key={name} name={name.replaceAll('_', ' ')} hint={help}>
          {value === null ? 'no limit' : formatLimit(name, value)}
        </Row>
      ))}
    </Card>
  );
}

/** The unit stands at the end of the name. */
function formatLimit(name: string, value: number): string {
  if (/bytes(_max)?$/.test(name)) return formatBytes(value);
  if (/ms(_max)?$/.test(name)) return formatDuration(value / 1000);
  return /seconds(_max)?$/.test(name) ? formatDuration(value) : formatCount(value);
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <section className={styles.card} aria-label={title}>
      <h2>{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

function Row({ name, hint, children }: { readonly name: string; readonly hint?: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles.row} title={hint}>
      <dt>{showInvisible(name)}</dt>
      <dd>{children}</dd>
    </div>
  );
}
