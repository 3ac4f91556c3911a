import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { OutgoingResponse } from '../../src/http/messages.ts';
import { Turn } from '../../src/http/turn.ts';

/** What a turn did, in its order, with requests that are answered when a promise has settled. */
function watchTurn(): { turn: Turn; did: string[]; arrive: (name: string) => ServerResponse } {
  const did: string[] = [];
  const names = new Map<OutgoingResponse, string>();
  const turn = new Turn((response) => {
    const name = names.get(response) ?? '';
    did.push(`begin ${name}`);
    void Promise.resolve().then(() => turn.hold(new Socket(), () => did.push(`send ${name}`)));
  });
  const arrive = (name: string): ServerResponse => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    names.set(response, name);
    turn.begin(response);
    return response;
  };
  return { turn, did, arrive };
}

test('all requests of a turn begin before a reply leaves, and the replies leave in the same turn', async () => {
  const { did, arrive } = watchTurn();
  arrive('a');
  arrive('b');
  expect(did).toEqual([]);
  await nextTurn();
  expect(did).toEqual(['begin a', 'begin b', 'send a', 'send b']);
  arrive('c');
  await nextTurn();
  expect(did.slice(4)).toEqual(['begin c', 'send c']);
});

test('a reply that is ready late leaves at the end of its turn', async () => {
  const { turn, did } = watchTurn();
  turn.hold(new Socket(), () => did.push('late'));
  expect(did).toEqual([]);
  await nextTurn();
  expect(did).toEqual(['late']);
});

test('what somebody waits behind begins, and leaves, at once and only once', async () => {
  const { turn, did, arrive } = watchTurn();
  const response = arrive('a');
  arrive('b');
  turn.hurry(response);
  expect(did).toEqual(['begin a']);
  turn.hold(response.req.socket, () => did.push('hurried'));
  turn.hurry(response);
  expect(did).toEqual(['begin a', 'hurried']);
  await nextTurn();
  expect(did).toEqual(['begin a', 'hurried', 'begin b', 'send a', 'send b']);
});
