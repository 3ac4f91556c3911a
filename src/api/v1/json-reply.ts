import { Refusal } from '../../base/errors.ts';
import type { HttpHandler, HttpReply } from '../../http/types.ts';
import { corsHeaders } from '../cors-headers.ts';
import type { ApiError, ApiErrorType, ApiSuccess } from '../types.ts';

const jsonHeaders = { ...corsHeaders, 'Content-Type': 'application/json' } as const;

/** An answer of the API. */
export function replyWithData<T>(data: T): HttpReply {
  const success: ApiSuccess<T> = { status: 'success', data };
  return { status: 200, headers: jsonHeaders, body: JSON.stringify(success) };
}

/** Answers refusals in the API's own form. Other errors go on to who answers them for all. */
export function withJsonErrors(handler: HttpHandler): HttpHandler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      if (error instanceof Refusal) return replyWithError(error);
      throw error;
    }
  };
}

function replyWithError({ status, message }: Refusal): HttpReply {
  const body: ApiError = { status: 'error', errorType: errorTypeOf(status), error: message };
  const retry = status === 503 ? { 'Retry-After': '1' } : {};
  return { status, headers: { ...jsonHeaders, ...retry }, body: JSON.stringify(body) };
}

function errorTypeOf(status: number): ApiErrorType {
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  if (status === 503) return 'unavailable';
  return status < 500 ? 'bad_data' : 'internal';
}
