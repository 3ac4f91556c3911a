import { connect, type Socket } from 'node:net';

/** A connection on which bytes are sent as they are, to do what no well-behaved client does. */
export interface RawClient {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** Status codes of all answers so far, in order. Right for answers whose bodies do not look like a status line. */
  statuses(): number[];
  /** Everything that was received so far. */
  received(): string;
  /** Settles when so many answers have begun; rejects if the connection ends before. */
  waitForAnswers(count: number): Promise<number[]>;
  /** Settles when the connection is over, by whatever hand. */
  readonly closed: Promise<void>;
}

/** Connects, or rejects with the reason (`ECONNREFUSED`). */
export function connectRaw(port: number): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const statuses = (): number[] => [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.once('error', reject);
    const closed = new Promise<void>((settle) => {
      socket.once('close', () => {
        settle();
      });
    });
    socket.once('connect', () => {
      socket.on('error', () => undefined);
      resolve({
        socket,
        send: (text) => socket.write(text),
        statuses,
        received: () => received,
        waitForAnswers: (count) => waitForAnswers(socket, statuses, count),
        closed,
      });
    });
  });
}

/** A whole push as it stands on the wire. */
export function rawPush(path: string, body: string): string {
  return `PUT ${path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
}

function waitForAnswers(socket: Socket, statuses: () => number[], count: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (statuses().length >= count) finish();
    };
    const end = (): void => {
      if (statuses().length >= count) finish();
      else reject(new Error(`the connection ended after ${String(statuses().length)} of ${String(count)} answers`));
    };
    const finish = (): void => {
      socket.off('data', look).off('close', end);
      resolve(statuses());
    };
    socket.on('data', look).on('close', end);
    if (socket.destroyed) end();
    else look();
  });
}
