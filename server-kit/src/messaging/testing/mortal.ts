/**
 * Processes that die. A *life* counts the steps a process takes; at the one it was given it *dies* (its connections are cut, and
 * nothing that it was about to do happens: no clean-up, no release, no settling) or it *freezes*, as a machine does
 * that is suspended, and goes on when it is thawed, believing that no time has passed.
 */
import type { Database } from '../../db/client.ts';
import type { Random } from '../../testing/campaign.ts';

export type Fate = 'dies' | 'freezes' | 'lives';

export class Life {
  /** Resolves when the process dies or freezes. */
  readonly ended: Promise<void>;
  dead = false;
  /** Where it ended, for the failure's words. */
  place = '';
  readonly #random: Random;
  #fate: Fate;
  #stepsLeft: number;
  #end: () => void = () => undefined;
  #thaw: () => void = () => undefined;
  #thawed: Promise<void> | undefined;
  #cut: (() => unknown)[] = [];

  constructor(random: Random, fate: Fate, stepsLeft: number) {
    this.#random = random;
    this.#fate = fate;
    this.#stepsLeft = stepsLeft;
    this.ended = new Promise((done) => (this.#end = done));
  }

  /** What goes with the process when it dies. */
  onDeath(cut: () => unknown): void {
    this.#cut.push(cut);
  }

  /** A place where the process may end. What comes after it happens only in a process that goes on. */
  async step(place: string): Promise<void> {
    if (this.dead) return never();
    if (this.#thawed) return this.#thawed;
    if (this.#fate === 'lives') return undefined;
    this.#stepsLeft -= 1;
    // its other tasks go on until it ends
    if (this.#stepsLeft !== 0) return undefined;
    this.place = place;
    // "during" a statement means: after it has left, at any moment of its way
    if (place.startsWith('during')) await ticks(this.#random.below(12));
    if (this.#fate === 'freezes') {
      this.#thawed = new Promise((done) => (this.#thaw = done));
      this.#end();
      return this.#thawed;
    }
    this.dead = true;
    for (const cut of this.#cut) cut();
    this.#end();
    return never();
  }

  thaw(): void {
    this.#fate = 'lives';
    this.#thaw();
    this.#thawed = undefined;
  }

  /** The same database, with three places to end at in each of its transactions. */
  mortal(database: Database): Database {
    this.onDeath(() => void database.pool.end({ timeout: 0 }));
    const around =
      (name: string, method: (...given: unknown[]) => Promise<unknown>) =>
      async (...given: unknown[]) => {
        await this.step(`before ${name}`);
        const running = method.apply(database, given);
        // in a process that has died nobody hears of it
        running.catch(() => this.dead);
        await this.step(`during ${name}`);
        const result = await running;
        await this.step(`after ${name}`);
        return name === 'pipelineHolding' ? this.#mortalRelease(result as Held) : result;
      };
    return new Proxy(database, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const method = value as (...given: unknown[]) => Promise<unknown>;
        return TRANSACTIONS.has(name) ? around(String(name), method) : method.bind(target);
      },
    });
  }

  #mortalRelease({ results, release }: Held): Held {
    return {
      results,
      release: async () => {
        await this.step('before release');
        const running = release();
        running.catch(() => this.dead);
        await running;
        await this.step('after release');
      },
    };
  }
}

interface Held {
  results: unknown;
  release: () => Promise<void>;
}

const TRANSACTIONS = new Set<string | symbol>(['transaction', 'pipeline', 'pipelineHolding']);

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** Turns of the event loop. */
export async function ticks(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}
