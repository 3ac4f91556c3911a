/** The time of one attempt is over. */
export class AttemptTimeoutError extends Error {
  override readonly name: string = 'AttemptTimeoutError';

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
  }
}

/** A gateway that sends elsewhere, where a request should not go. */
export class RedirectError extends Error {
  override readonly name: string = 'RedirectError';
}

/** An answer of more bytes than were asked for. */
export class AnswerTooLongError extends Error {
  override readonly name: string = 'AnswerTooLongError';

  constructor(bytesMax: number) {
    super(`the answer is longer than ${bytesMax} bytes`);
  }
}

/** Codes of errors about certificates and the protocol: they are the same at the next attempt. */
const lastingCode = /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|HPE_|INVALID_|EPROTO)/;

const certificateCode = /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/**
 * Whether there is no sense in another attempt. A gateway that is connected to but does not answer in time has enough to do; one that
 * was not reached may be there the next time.
 */
export function isLasting(error: unknown): boolean {
  if (error instanceof AttemptTimeoutError || error instanceof RedirectError || error instanceof AnswerTooLongError) return true;
  return listErrors(error).some(({ code }) => code !== undefined && lastingCode.test(code));
}

/** One line for people: what happened, and what may help. */
export function describeRequestError(error: unknown): string {
  const errors = listErrors(error);
  const codes = errors.map(({ code }) => code ?? '');
  const { message } = errors.find(({ code }) => code !== undefined) ?? errors[0] ?? { message: String(error) };
  if (codes.includes('ECONNREFUSED')) return `connection refused (${message}); is the gateway running, and is this its address?`;
  if (codes.includes('ENOTFOUND') || codes.includes('EAI_AGAIN')) return `the name of the host is not known (${message})`;
  if (codes.includes('UND_ERR_CONNECT_TIMEOUT')) return `no connection in time (${message})`;
  if (codes.some((code) => code === 'ERR_TLS_CERT_ALTNAME_INVALID')) return `the certificate is for another name (${message})`;
  if (codes.some((code) => certificateCode.test(code))) return `the certificate is not trusted (${message}); is its authority (CA) given?`;
  if (codes.some((code) => code.startsWith('HPE_'))) return `the answer is not HTTP (${message}); is the address one of https?`;
  if (codes.some((code) => code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')) {
    return 'the gateway does not speak TLS; is the address one of http?';
  }
  return message === '' ? (codes.find((code) => code !== '') ?? 'the connection failed') : message;
}

interface CodedError {
  readonly message: string;
  readonly code: string | undefined;
}

/** An error with its causes, and those of each address that was tried; a loop among them comes to an end. */
function listErrors(error: unknown, depth = 0): CodedError[] {
  if (!(error instanceof Error) || depth > 8) return [];
  const code = (error as NodeJS.ErrnoException).code;
  const inner = error instanceof AggregateError ? error.errors.slice(0, 8) : [error.cause];
  return [
    { message: error.message, code: typeof code === 'string' ? code : undefined },
    ...inner.flatMap((cause) => listErrors(cause, depth + 1)),
  ];
}
