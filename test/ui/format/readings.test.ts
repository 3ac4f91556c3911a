import { expect, test } from 'vitest';
import { readValue } from '../../../src/ui/format/readings.ts';

test('a value is read by the unit in the name of its metric', () => {
  const f = (name: string, value: string, want: string | undefined): void => {
    const reading = readValue(name, value);
    expect(reading?.kind === 'time' ? reading.at : reading?.text).toBe(want);
  };
  f('backup_bytes', '7.340032e+09', '6.8 GiB');
  f('sent_bytes_total', '2048', '2 KiB');
  f('backup_bytes', '12', undefined);
  f('last_success_timestamp_seconds', '1.7e+09', '2023-11-14T22:13:20.000Z');
  f('push_time_seconds', '1.7e+09', '2023-11-14T22:13:20.000Z');
  f('push_failure_time_seconds', '0', undefined);
  f('copy_duration_seconds', '0.00025', '0.25 ms');
  f('copy_duration_seconds', '42.5', undefined);
  f('cpu_seconds_total', '7200', '2 h');
  f('full_ratio', '0.125', '12.5 %');
  f('backup_bytes', 'NaN', undefined);
  f('anything', '12345', undefined);
});
