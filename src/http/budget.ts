import { bodiesBusy } from './errors.ts';
import { bodyWaitMsMax } from './limits.ts';

/** Somebody who waits. */
interface Waiter {
  readonly owner: object;
  readonly amount: number;
  admit(): void;
}

/**
 * An amount of something that bodies share, given out in the order of asking. Who has waited for `bodyWaitMsMax` is refused with 503.
 *
 * With `isOverdrawable` one owner at a time may exceed it. So the largest body finds room however small the amount is, and when all hold
 * some and wait for more, one of them goes on and makes room by its end.
 */
export class Budget {
  private free: number;
  private readonly isOverdrawable: boolean;
  private readonly waiters = new Set<Waiter>();
  private overdrawer: object | null = null;

  constructor(amount: number, isOverdrawable: boolean) {
    this.free = amount;
    this.isOverdrawable = isOverdrawable;
  }

  /** Null: taken at once. */
  take(owner: object, amount: number): Promise<void> | null {
    if ((this.waiters.size === 0 && amount <= this.free) || this.mayOverdraw(owner)) {
      this.free -= amount;
      return null;
    }
    return new Promise((resolve, reject) => {
      const refuse = (): void => {
        this.waiters.delete(waiter);
        reject(bodiesBusy('cannot read the body: the server is busy with other large bodies'));
        this.admitWaiters();
      };
      const timer = setTimeout(refuse, bodyWaitMsMax);
      const admit = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const waiter = { owner, amount, admit };
      this.waiters.add(waiter);
    });
  }

  give(amount: number): void {
    this.free += amount;
    this.admitWaiters();
  }

  /** Gives back the last of what the owner has. It must not take any more. */
  settle(owner: object, amount: number): void {
    if (this.overdrawer === owner) this.overdrawer = null;
    this.give(amount);
  }

  isOverdrawnBy(owner: object): boolean {
    return this.overdrawer === owner;
  }

  private admitWaiters(): void {
    for (const waiter of this.waiters) {
      if (waiter.amount > this.free && !this.mayOverdraw(waiter.owner)) return;
      this.waiters.delete(waiter);
      this.free -= waiter.amount;
      waiter.admit();
    }
  }

  private mayOverdraw(owner: object): boolean {
    if (this.isOverdrawable) this.overdrawer ??= owner;
    return this.overdrawer === owner;
  }
}
