import { Failure } from '../../base/errors.ts';
import { type ConnectionOptions, readConnectionOptions } from '../../client/connection-options.ts';
import { type GroupOptions, pushAdd, readGroupLabels } from '../../client/push.ts';
import { isLegacyMetricName } from '../../model/names.ts';
import { badCommandLine } from '../errors.ts';
import { writeEndMetrics, writeStartMetrics } from '../exec/job-metrics.ts';
import { dieOf, JobRunner } from '../exec/run-job.ts';
import type { Command, CommandIo } from './command.ts';
import type { CommandArguments } from './command-arguments.ts';
import { connectionOptions, groupOptions, readConnectionFlags, readGroupFlags } from './remote/connection-flags.ts';

const help = `
Runs COMMAND with the stdin, stdout, stderr, environment and directory that it would have without pushgate, passes
signals on to it, and ends as it ends. Then it pushes how that went into the group (POST: what else is in the group
stays).

PREFIX is job unless it is given: job_start_time_seconds, job_end_time_seconds, job_duration_seconds, job_exit_code,
job_success, job_last_success_time_seconds (kept from before when the job failed), job_cpu_user_seconds,
job_cpu_system_seconds, job_max_rss_bytes.

A gateway that is down or refuses the push is one line on stderr and never fails the job. It holds it up for as long
as --timeout at most, all attempts together.
`;

/** The exit code of a job that did well, but of which --require-push could not push that. */
const notPushed = 123;

/** For what pushgate itself cannot do, before the job was started. */
const notStarted = 125;

/** `pushgate exec -- COMMAND`: runs a job and pushes how it went. */
export const execCommand: Command = {
  help,
  options: [
    ...groupOptions,
    { name: 'prefix', value: 'PREFIX', help: 'What the names of the metrics begin with; job if left out.' },
    { name: 'push-start', help: 'Push PREFIX_start_time_seconds and PREFIX_running 1 at the start too, so that a job that hangs is seen.' },
    { name: 'require-push', help: `End with ${notPushed} when the job did well but the push failed.` },
    ...connectionOptions,
  ],
  operandsMin: 0,
  operandsMax: Infinity,
  takesCommandLine: true,
  exitCodes: {
    meanings: [
      ['N', "the job's own"],
      ['128+N', 'signal N ended the job, and then pushgate too'],
      [String(notPushed), 'the job did well, but --require-push could not push'],
      [String(notStarted), 'the options of pushgate are wrong, nothing was run'],
      ['126', 'COMMAND cannot be run'],
      ['127', 'there is no COMMAND'],
    ],
    failed: notStarted,
  },
  async run(args, io) {
    const [command, ...rest] = readCommandLine(args);
    const pusher = new JobPusher(args, io);
    const runner = new JobRunner(() => pusher.giveUp());
    const onStart = (startMs: number): void => pusher.pushStart(startMs);
    const end = await runner.run({ command, args: rest, nowMs: () => io.clock.nowMs(), onStart });
    if (end.startError !== null) io.stderr.write(`pushgate: ${end.startError}\n`);
    const isPushed = await pusher.pushEnd((hasStartPush, prefix) => writeEndMetrics(prefix, end, hasStartPush));
    if (end.signal !== null) await dieOf(end.signal);
    return end.exitCode === 0 && args.has('require-push') && !isPushed ? notPushed : end.exitCode;
  },
};

function readCommandLine({ operands, commandLine }: CommandArguments): [string, ...string[]] {
  if (operands[0] !== undefined) throw badCommandLine(`put -- before the command: pushgate exec ... -- ${operands[0]}`);
  const [command, ...rest] = commandLine ?? [];
  if (command === undefined || command === '') throw badCommandLine('the COMMAND behind -- is missing');
  return [command, ...rest];
}

/** Pushes of one job. What goes wrong is a line on stderr, never an error. */
class JobPusher {
  readonly #stderr: CommandIo['stderr'];
  readonly #prefix: string;
  readonly #group: GroupOptions;
  /** Or why there is none. */
  readonly #connection: ConnectionOptions | Failure;
  readonly #hasStartPush: boolean;
  readonly #givenUp = new AbortController();
  /** Why the last attempt failed. */
  #reason = 'no answer';
  readonly #startPush = { limit: new AbortController(), done: Promise.resolve() };

  /** Throws a Refusal for options that no job should be started with. A file that cannot be read costs the push, not the job. */
  constructor(args: CommandArguments, io: CommandIo) {
    this.#stderr = io.stderr;
    this.#prefix = args.value('prefix') ?? 'job';
    if (!isLegacyMetricName(this.#prefix))
      throw badCommandLine(`--prefix ${JSON.stringify(this.#prefix)} cannot begin the name of a metric`);
    this.#hasStartPush = args.has('push-start');
    this.#group = readGroupFlags(args);
    readGroupLabels(this.#group);
    this.#connection = readConnection(args, io);
  }

  /** Ends a push under way: whoever sends a signal then does not want to wait. */
  giveUp(): void {
    this.#givenUp.abort(new Error('a signal came'));
  }

  /** Goes on beside the job; a failure is told by the push at the end, if it fails too. */
  pushStart(startMs: number): void {
    if (!this.#hasStartPush || this.#connection instanceof Failure) return;
    const options = { ...this.#connection, ...this.#group, onRetry: undefined, signal: this.#startPush.limit.signal };
    this.#startPush.done = pushAdd(writeStartMetrics(this.#prefix, startMs), options).then(
      () => {},
      () => {},
    );
  }

  async pushEnd(write: (hasStartPush: boolean, prefix: string) => string): Promise<boolean> {
    // It would come after what ends it.
    this.#startPush.limit.abort();
    await this.#startPush.done;
    try {
      if (this.#connection instanceof Failure) throw this.#connection;
      const timeoutMs = this.#connection.timeoutMs ?? 0;
      const signal = AbortSignal.any([this.#givenUp.signal, AbortSignal.timeout(timeoutMs)]);
      // Each wait for another attempt would be a line of its own between those of the job.
      const onRetry = ({ reason }: { reason: string }): void => void (this.#reason = reason);
      await pushAdd(write(this.#hasStartPush, this.#prefix), { ...this.#connection, ...this.#group, onRetry, signal });
      return true;
    } catch (error) {
      this.#stderr.write(`pushgate: warning: the result of the job is not pushed: ${this.#explain(error as Error)}\n`);
      return false;
    }
  }

  #explain({ name, message }: Error): string {
    if (name !== 'TimeoutError' || this.#connection instanceof Failure) return message;
    return `given up after the ${(this.#connection.timeoutMs ?? 0) / 1000} s of --timeout: ${this.#reason}`;
  }
}

function readConnection(args: CommandArguments, io: CommandIo): ConnectionOptions | Failure {
  try {
    const connection = readConnectionFlags(args, io);
    readConnectionOptions(connection);
    return connection;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
