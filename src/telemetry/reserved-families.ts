import type { MetricType } from '../model/metric-family.ts';

/** The `process_*` families that the reference has too (client_golang, process collector). */
const referenceProcessFamilies = new Set([
  'process_cpu_seconds_total',
  'process_max_fds',
  'process_network_receive_bytes_total',
  'process_network_transmit_bytes_total',
  'process_open_fds',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'process_virtual_memory_bytes',
  'process_virtual_memory_max_bytes',
]);

/**
 * Of our own families those that no push may contradict: the reference's, and those that begin with `pushgate_`. The others, such as
 * `nodejs_*`, yield to what is pushed, since a Node client that pushes its whole registry brings them too, in other versions and types.
 */
export function selectReservedTypes(ownTypes: ReadonlyMap<string, MetricType>): ReadonlyMap<string, MetricType> {
  return new Map([...ownTypes].filter(([name]) => /^pushgate(?:way)?_/.test(name) || referenceProcessFamilies.has(name)));
}
