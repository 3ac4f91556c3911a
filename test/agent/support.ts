import { writeExposition } from '../../src/agent/write-exposition.ts';
import type { Collection } from '../../src/agent/collector.ts';
import type { AgentConfig } from '../../src/agent/config/agent-config.ts';
import { parseAgentConfig } from '../../src/agent/config/read-config.ts';

/** A signal that is never given. */
export const never: AbortSignal = new AbortController().signal;

export function readConfig(yaml: string, env: Readonly<Record<string, string>> = {}): AgentConfig {
  return parseAgentConfig(yaml, 'agent.yaml', { env, directory: '/etc/agent', hostname: 'host1' });
}

/** The sample lines of a collection, without HELP and TYPE. */
export function linesOf({ families }: Pick<Collection, 'families'>): string[] {
  return writeExposition(families)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}
