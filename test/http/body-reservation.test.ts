import { describe, expect, test } from 'vitest';
import { BodyReservation, createBodyBudgets, type BodyBudgets } from '../../src/http/body-reservation.ts';
import { bodyBytesUnreserved, unpackRunningMax } from '../../src/http/limits.ts';

/** So many bytes beyond what is free. */
const beyond = (bytes: number): number => bodyBytesUnreserved + bytes;

/** Budgets that one reservation overdraws, so that all others have to wait; `end` gives everything back. */
function makeSpentBudgets(bytes: number): { readonly budgets: BodyBudgets; end(): void } {
  const budgets = createBodyBudgets(bytes);
  const holder = new BodyReservation(budgets);
  expect(holder.hold(beyond(bytes))).toBeNull();
  expect(holder.hold(1)).toBeNull();
  return { budgets, end: () => holder.release() };
}

/** Everything is there again: all of it can be taken at once without overdrawing. */
function expectAllBack({ bytes }: BodyBudgets, amount: number): void {
  const owner = {};
  expect(bytes.take(owner, amount)).toBeNull();
  expect(bytes.isOverdrawnBy(owner)).toBe(false);
}

describe('a reservation', () => {
  test('lets small bodies pass though there is no room', async () => {
    const { budgets, end } = makeSpentBudgets(100);
    const [small, large] = [new BodyReservation(budgets), new BodyReservation(budgets)];
    expect(small.hold(bodyBytesUnreserved)).toBeNull();
    const room = large.hold(beyond(1));
    expect(room).not.toBeNull();
    end();
    await room;
  });

  test('gives back what is dropped, and the rest at its end', () => {
    const budgets = createBodyBudgets(1000);
    const [first, second] = [new BodyReservation(budgets), new BodyReservation(budgets)];
    expect(first.hold(beyond(1000))).toBeNull();
    first.drop(600);
    expect(second.hold(beyond(600))).toBeNull();
    expect(budgets.bytes.isOverdrawnBy(second)).toBe(false);
    second.drop(beyond(600));
    first.release();
    second.release();
    expectAllBack(budgets, 1000);
  });

  test('room that comes when the body is no longer needed goes on to the next', async () => {
    const { budgets, end } = makeSpentBudgets(100);
    const [gone, next] = [new BodyReservation(budgets), new BodyReservation(budgets)];
    const rooms = [gone.hold(beyond(100)), next.hold(beyond(100))].map((room) => Promise.resolve(room));
    gone.release();
    end();
    await Promise.all(rooms);
    next.release();
    expectAllBack(budgets, 100);
  });

  test('one that overdraws stops doing so at its end, even if it holds nothing any more', () => {
    const budgets = createBodyBudgets(100);
    const reservation = new BodyReservation(budgets);
    void reservation.hold(beyond(101));
    expect(budgets.bytes.isOverdrawnBy(reservation)).toBe(true);
    reservation.drop(beyond(101));
    reservation.release();
    expect(budgets.bytes.isOverdrawnBy(reservation)).toBe(false);
    expectAllBack(budgets, 100);
  });

  test('only a few unpack at a time, and one that overdraws does not wait for them', async () => {
    const budgets = createBodyBudgets(1000);
    let running = 0;
    let most = 0;
    const unpack = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
    };
    await Promise.all(Array.from({ length: 20 }, () => new BodyReservation(budgets).takeTurn(unpack)));
    expect(most).toBe(unpackRunningMax);

    for (let i = 0; i < unpackRunningMax; i++) void budgets.unpacks.take({}, 1);
    const overdrawer = new BodyReservation(budgets);
    void overdrawer.hold(beyond(1001));
    await overdrawer.takeTurn(unpack);
  });
});
