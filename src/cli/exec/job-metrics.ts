import { formatGauges, type GaugeSample } from '../../client/gauge-text.ts';
import type { JobEnd } from './run-job.ts';

/** What a job that starts pushes, so that one that hangs is seen. */
export function writeStartMetrics(prefix: string, startMs: number): string {
  return formatGauges([startTime(prefix, startMs), running(prefix, 1)]);
}

/**
 * What a job that has ended pushes. When it failed there is no time of a last success among it: pushed with POST, the one of the last
 * success stays.
 */
export function writeEndMetrics(prefix: string, end: JobEnd, hasStartPush: boolean): string {
  const { startMs, endMs, durationMs, exitCode } = end;
  const isSuccess = exitCode === 0;
  const gauge = (name: string, help: string, value: number): GaugeSample => ({ name: `${prefix}_${name}`, help, value });
  return formatGauges([
    startTime(prefix, startMs),
    gauge('end_time_seconds', 'When the job last ended, in seconds since 1970.', endMs / 1000),
    gauge('duration_seconds', 'How long the last run of the job took.', durationMs / 1000),
    gauge('exit_code', 'Exit code of the last run of the job; 128 and the signal number when a signal ended it.', exitCode),
    gauge('success', '1 if the last run of the job did well, else 0.', isSuccess ? 1 : 0),
    ...(isSuccess ? [gauge('last_success_time_seconds', 'When the job last did well, in seconds since 1970.', endMs / 1000)] : []),
    ...usageOf(prefix, end),
    ...(hasStartPush ? [running(prefix, 0)] : []),
  ]);
}

function startTime(prefix: string, startMs: number): GaugeSample {
  return { name: `${prefix}_start_time_seconds`, help: 'When the job was last started, in seconds since 1970.', value: startMs / 1000 };
}

function running(prefix: string, value: number): GaugeSample {
  return { name: `${prefix}_running`, help: '1 while the job runs, 0 once it has ended.', value };
}

/** What the system does not tell is left out. */
function usageOf(prefix: string, { usage: { cpuUserSeconds, cpuSystemSeconds, maxRssBytes } }: JobEnd): GaugeSample[] {
  const samples = [
    {
      name: `${prefix}_cpu_user_seconds`,
      help: 'CPU time of the last run of the job in user mode, with that of its children.',
      value: cpuUserSeconds,
    },
    {
      name: `${prefix}_cpu_system_seconds`,
      help: 'CPU time of the last run of the job in the kernel, with that of its children.',
      value: cpuSystemSeconds,
    },
    {
      name: `${prefix}_max_rss_bytes`,
      help: 'Most resident memory that a process of the last run of the job was seen with.',
      value: maxRssBytes,
    },
  ];
  return samples.flatMap(({ value, ...sample }) => (value === null ? [] : [{ ...sample, value }]));
}
