import { errorCausesMax } from './limits.ts';

/**
 * An error with its causes on one line: `cannot listen on :80: permission denied`. A cause whose words stand in the message already
 * is not repeated. Takes anything that can be thrown.
 */
export function describeError(error: unknown): string {
  let text = messageOf(error);
  for (const cause of causesOf(error)) {
    const message = messageOf(cause);
    if (!text.includes(message)) text = text === '' ? message : `${text}: ${message}`;
  }
  return text;
}

/** The stacks of an error and its causes: for bugs, where the place matters more than the words. */
export function describeStack(error: unknown): string {
  return [error, ...causesOf(error)]
    .map((cause) => (cause instanceof Error ? (cause.stack ?? messageOf(cause)) : messageOf(cause)))
    .join('\nCaused by: ');
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  let current = error;
  while (current instanceof Error && current.cause !== undefined && causes.length < errorCausesMax) {
    current = current.cause;
    causes.push(current);
  }
  return causes;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message === '' ? error.name : error.message;
  // Such as a connect that failed for every address of a host: each has its own error, and the whole often no words.
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.slice(0, errorCausesMax).map(messageOf).join('; ') || own;
  }
  return own;
}
