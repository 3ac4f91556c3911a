import { gzipSync } from 'node:zlib';
import { generateGroupPath, generateWrongPath, otherRequests } from './paths.ts';
import { generateProtobufBody } from './protobuf-bodies.ts';
import { protobufContentType } from './protobuf-kit.ts';
import type { Random } from './random.ts';
import { generateTextBody, mutateBody } from './text-bodies.ts';

/** One request of a run. */
export interface Operation {
  readonly kind: 'push' | 'delete' | 'other';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent. */
  readonly body: Buffer | null;
  /** The text that was pushed, before compression; `null` for everything else. */
  readonly text: Buffer | null;
}

/** The next request: mostly pushes, since they are what can be wrong in a thousand ways. */
export function generateOperation(random: Random): Operation {
  if (random.chance(0.1)) return plain('delete', 'DELETE', random.chance(0.9) ? generateGroupPath(random) : generateWrongPath(random));
  if (random.chance(0.08)) return plain('other', ...random.pick(otherRequests));
  return generatePush(random);
}

/** One request in one line, for a report: what is needed to repeat it by hand. */
export function describeOperation(operation: Operation): string {
  const { method, path, headers, body, text } = operation;
  const shown = text === null ? body?.toString('base64') : JSON.stringify(text.toString('latin1'));
  return `${method} ${path} ${JSON.stringify(headers)}${shown === undefined ? '' : ` body ${shown}`}`;
}

function plain(kind: Operation['kind'], method: string, path: string): Operation {
  return { kind, method, path, headers: {}, body: null, text: null };
}

function generatePush(random: Random): Operation {
  const method = random.pick(['PUT', 'POST']);
  const path = random.chance(0.95) ? generateGroupPath(random) : generateWrongPath(random);
  if (random.chance(0.2)) {
    const headers = {
      'content-type': random.pick([protobufContentType, protobufContentType.replaceAll(' ', '').replace('application', 'Application')]),
    };
    return compressed(random, { kind: 'push', method, path, headers, body: generateProtobufBody(random), text: null });
  }
  const good = Buffer.from(generateTextBody(random));
  const text = random.chance(0.3) ? mutateBody(random, good) : good;
  const contentType = random.pick([null, 'text/plain', 'text/plain; version=0.0.4', 'nonsense', 'application/vnd.google.protobuf']);
  const headers: Record<string, string> = contentType === null ? {} : { 'content-type': contentType };
  return compressed(random, { kind: 'push', method, path, headers, body: text, text });
}

function compressed(random: Random, operation: Operation): Operation {
  const { headers, body } = operation;
  if (body === null || random.chance(0.75)) return operation;
  if (random.chance(0.1)) return { ...operation, headers: { ...headers, 'content-encoding': random.pick(['identity', 'x-gzip', '']) } };
  const encoded = { ...headers, 'content-encoding': 'gzip' };
  if (random.chance(0.05)) return { ...operation, headers: encoded };
  const middle = random.below(body.length + 1);
  const members = random.chance(0.2) ? [body.subarray(0, middle), body.subarray(middle)] : [body];
  return { ...operation, headers: encoded, body: Buffer.concat(members.map((member) => gzipSync(member))) };
}
