import type { MetricFamily } from '../model/metric-family.ts';
import type { CollectorKind } from './config/agent-config.ts';
import { type MetricDefinition, MetricSheet } from './metric-sheet.ts';
import type { RunState } from './run-state.ts';

const gauge = (name: string, help: string): MetricDefinition => ({ name: `pushgate_agent_${name}`, type: 'gauge', help });
const counter = (name: string, help: string): MetricDefinition => ({ name: `pushgate_agent_${name}`, type: 'counter', help });

const buildInfo = gauge('build_info', 'Version of the agent, and of Node under it. Always 1.');
const startTime = gauge('start_time_seconds', 'When the agent was started, in seconds since 1970.');
const reloadSuccess = gauge('config_last_reload_successful', '1 if the configuration was read the last time it was asked to be, else 0.');
const reloadTime = gauge('config_last_reload_success_time_seconds', 'When the configuration in use was read, in seconds since 1970.');
const success = gauge('collector_success', '1 if the last run of the collector brought everything, else 0.');
const duration = gauge('collector_duration_seconds', 'How long the last run of the collector took.');
const lastSuccess = gauge(
  'collector_last_success_time_seconds',
  'When a run of the collector last brought everything, in seconds since 1970.',
);
const runs = counter('collector_runs_total', 'Runs of the collector.');
const failures = counter('collector_failures_total', 'Runs of the collector that did not bring everything.');
const skipped = counter('collector_skipped_runs_total', 'Runs that were left out, since the one before was still under way.');
const pushes = counter('pushes_total', 'Pushes of the group that were tried.');
const pushFailures = counter('push_failures_total', 'Pushes of the group that the gateway refused, or that did not reach it.');
const lastPush = gauge('last_push_time_seconds', 'When the group was last pushed, in seconds since 1970.');

export const ownMetrics: readonly MetricDefinition[] = [
  buildInfo,
  startTime,
  reloadSuccess,
  reloadTime,
  success,
  duration,
  lastSuccess,
  runs,
  failures,
  skipped,
  pushes,
  pushFailures,
  lastPush,
];

/** What the agent knows of itself. */
export interface AgentState {
  readonly version: string;
  readonly startSeconds: number;
  readonly isConfigCurrent: boolean;
  readonly configReadSeconds: number;
  readonly collectors: readonly { readonly name: string; readonly kind: CollectorKind; readonly state: RunState }[];
  readonly groups: readonly { readonly name: string; readonly counts: GroupCounts }[];
}

interface GroupCounts {
  readonly pushes: number;
  readonly failures: number;
  readonly lastPushSeconds: number | null;
}

export function collectOwnFamilies({
  version,
  startSeconds,
  isConfigCurrent,
  configReadSeconds,
  collectors,
  groups,
}: AgentState): MetricFamily[] {
  const sheet = new MetricSheet();
  sheet.add(buildInfo, { version, runtime: `node${process.versions.node}` }, 1);
  sheet.addAll({}, [
    [startTime, startSeconds],
    [reloadSuccess, isConfigCurrent ? 1 : 0],
    [reloadTime, configReadSeconds],
  ]);
  for (const { name, kind, state } of collectors) addCollector(sheet, { collector: name, kind }, state);
  for (const { name, counts } of groups) {
    sheet.addAll({ group: name }, [
      [pushes, counts.pushes],
      [pushFailures, counts.failures],
    ]);
    if (counts.lastPushSeconds !== null) sheet.add(lastPush, { group: name }, counts.lastPushSeconds);
  }
  return sheet.families();
}

/** A collector that has not run yet has counters only: it has neither succeeded nor failed. */
function addCollector(sheet: MetricSheet, labels: Readonly<Record<string, string>>, state: RunState): void {
  sheet.addAll(labels, [
    [runs, state.runs],
    [failures, state.failures],
    [skipped, state.skipped],
  ]);
  if (state.isSuccess !== null) sheet.add(success, labels, state.isSuccess ? 1 : 0);
  if (state.runs > 0) sheet.add(duration, labels, state.durationSeconds);
  if (state.lastSuccessSeconds !== null) sheet.add(lastSuccess, labels, state.lastSuccessSeconds);
}
