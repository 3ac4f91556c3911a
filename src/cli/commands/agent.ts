import { hostname } from 'node:os';
import { Agent } from '../../agent/agent.ts';
import { chooseCollector } from '../../agent/collectors/choose-collector.ts';
import type { AgentConfig } from '../../agent/config/agent-config.ts';
import { readAgentConfig } from '../../agent/config/read-config.ts';
import { formatGoDuration } from '../../base/durations.ts';
import { showGroup } from '../../client/push.ts';
import { readBuildInfo } from '../../telemetry/build-info.ts';
import { badCommandLine } from '../errors.ts';
import { flagTable } from '../flags.ts';
import { createLogger, type FlushableLogger } from '../logger.ts';
import { exitOnBugs, listenForSignals } from '../serve.ts';
import type { Command, CommandIo } from './command.ts';
import type { CommandArguments } from './command-arguments.ts';
import { exitCodes } from './exit-codes.ts';

const help = `
Collects metrics on an interval and pushes them: of network interfaces, URLs, processes, HDFS, commands and text files.
What is collected, how often, and under which group it is pushed stands in FILE (YAML, docs/agent.md).

SIGHUP reads FILE again; one that cannot be used is told of, and the agent goes on as before. SIGTERM and SIGINT stop it:
running collections and last pushes have a few seconds to end, a second signal does not wait.
`;

/** `pushgate agent --config FILE`: collectors that push. */
export const agentCommand: Command = {
  help,
  options: [
    { name: 'config', value: 'FILE', help: 'What to collect, and where to push it.' },
    { name: 'check', help: 'Only read FILE, and print what would run.' },
    { name: flagTable.logLevel.name, value: flagTable.logLevel.fallback, help: flagTable.logLevel.help },
    { name: flagTable.logFormat.name, value: flagTable.logFormat.fallback, help: flagTable.logFormat.help },
  ],
  operandsMin: 0,
  operandsMax: 0,
  async run(args, io) {
    const file = args.value('config');
    if (file === undefined || file === '') throw badCommandLine('--config is missing: the agent needs a FILE');
    const logger = createLogger({ level: readWord(args, 'logLevel'), format: readWord(args, 'logFormat') });
    const read = (): AgentConfig => readAgentConfig(file, { env: io.env, hostname: hostname() });
    const config = read();
    if (args.has('check')) io.stdout.write(describeConfig(file, config));
    else await runAgent(config, read, logger, io);
    return exitCodes.done;
  },
};

function readWord<Key extends 'logLevel' | 'logFormat'>(args: CommandArguments, key: Key): (typeof flagTable)[Key]['fallback'] {
  const { name, kind, fallback } = flagTable[key];
  const text = args.value(name);
  return text === undefined ? fallback : kind.parse([text]);
}

/** Runs until a signal ends it. */
async function runAgent(config: AgentConfig, read: () => AgentConfig, logger: FlushableLogger, { clock }: CommandIo): Promise<void> {
  const exit = (code: number): void => {
    logger.flush();
    process.exit(code);
  };
  exitOnBugs(logger, process, exit);
  const stopped = listenForSignals(logger, process, exit);
  const { version } = readBuildInfo();
  const agent = new Agent({ config, version, clock, logger, random: Math.random });
  logger.info({ version, collectors: config.collectors.length, url: config.gateway.url }, 'Agent started');
  process.on('SIGHUP', () => reload(agent, read));
  const cause = await stopped;
  logger.info({ cause }, 'Stopping: running collections and last pushes end');
  await agent.stop();
  logger.info({}, 'Stopped');
  exit(exitCodes.done);
}

function reload(agent: Agent, read: () => AgentConfig): void {
  let config: AgentConfig;
  try {
    config = read();
  } catch (error) {
    agent.keepConfig(error as Error);
    return;
  }
  void agent.reload(config);
}

/** What `--check` prints: the collectors, and what this system lacks of them. */
function describeConfig(file: string, config: AgentConfig): string {
  const rows = config.collectors.map((collector) => {
    const { name, source, intervalMs, timeoutMs, method, key } = collector;
    const words = [name, source.kind, formatGoDuration(intervalMs), formatGoDuration(timeoutMs), method, showGroup(key.labels)];
    return { words, lack: chooseCollector(collector).lack };
  });
  const table = [['NAME', 'KIND', 'EVERY', 'TIMEOUT', 'METHOD', 'GROUP'], ...rows.map(({ words }) => words)];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((words) => words[column]?.length ?? 0)));
  const lines = table.map((words) =>
    words
      .map((word, column) => word.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const lacks = rows.flatMap(({ words: [name = ''], lack }) => (lack === null ? [] : [`${name}: ${lack}`]));
  return [`${file} can be used. It pushes to ${config.gateway.url}.`, '', ...lines, ...lacks, ''].join('\n');
}
