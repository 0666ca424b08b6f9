/**
 * A carrier in memory, in simulated time. It keeps what it accepted, which is the truth that the fault suites compare
 * the kit with: for each try of each message, how often the person's phone rang.
 */
import type { Carrier, OutboundMessage, SendOutcome, StatusReport } from '../../carriers/carrier.ts';
import { TWILIO_MMS } from '../../carriers/twilio/mms.ts';
import { apiRefusal, callbackRefusal } from '../../carriers/twilio/refusals.ts';
import { newId } from '../../ids.ts';
import { TEST_ACCOUNT } from '../../testing/carrier.ts';
import type { Random } from '../../testing/campaign.ts';
import { ticks, type Life } from './mortal.ts';

/** Simulated time: it stands still until somebody waits, and what falls due meanwhile happens on the way. */
export class Timeline {
  #now = Date.now();
  #due: { at: number; run: () => void }[] = [];

  date = (): Date => new Date(this.#now);

  get now(): number {
    return this.#now;
  }

  at(milliseconds: number, run: () => void): void {
    this.#due.push({ at: this.#now + milliseconds, run });
  }

  pass(milliseconds: number): void {
    const until = this.#now + Math.ceil(milliseconds);
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= until).sort((left, right) => left.at - right.at)[0];
      if (!next) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = until;
  }
}

export interface Accepted {
  sid: string;
  messageId: string;
  attempt: number;
  from: string;
  to: string;
  body: string;
  at: number;
}

export interface CarrierModelOptions {
  timeline: Timeline;
  random: Random;
  /** Hears each status callback. */
  callback: (report: StatusReport) => void;
  /** Hears each call at the moment it starts. */
  started?: (message: OutboundMessage) => void;
}

/** After this a call has settled; it is simulated time, so it costs nothing. */
const SEND_TIMEOUT = 12_000;

export class CarrierModel {
  readonly accepted: Accepted[] = [];
  calls = 0;
  readonly #options: CarrierModelOptions;
  /** From here on everything goes well, so that a campaign can come to its end. */
  calm = false;

  constructor(options: CarrierModelOptions) {
    this.#options = options;
  }

  /** The carrier as one process sees it: what a process that died was told, nobody knows. */
  lineOf(life: Life): Carrier {
    return {
      name: 'model',
      defaultAccount: TEST_ACCOUNT,
      sendTimeout: SEND_TIMEOUT,
      mms: TWILIO_MMS,
      send: async (message) => {
        this.calls += 1;
        this.#options.started?.(message);
        const outcome = this.#take(message);
        await life.step('during the carrier call');
        await ticks(this.#options.random.below(3));
        return outcome;
      },
      find: async ({ from, to, since }) => {
        await life.step('before the look-up');
        const { random, timeline } = this.#options;
        if (!this.calm && random.chance(0.05)) throw new Error('the carrier cannot be asked');
        const found = this.accepted.filter(
          (record) =>
            record.from === from &&
            record.to === to &&
            record.at <= timeline.now &&
            record.at >= since.getTime(),
        );
        await life.step('after the look-up');
        return found
          .map((record) => ({ sid: record.sid, body: record.body, createdAt: new Date(record.at) }))
          .reverse();
      },
      readInbound: async () => ({ rejected: 'not here' }),
      readStatus: async () => ({ rejected: 'not here' }),
      fetchMedia: async () => new Response(),
      check: async () => undefined,
    };
  }

  #take(message: OutboundMessage): SendOutcome {
    const { random, timeline } = this.#options;
    const kind = this.calm ? 'accept' : random.pick(OUTCOMES);
    switch (kind) {
      case 'accept':
        return { kind: 'accepted', sid: this.#accept(message) };
      case 'accept, answer lost':
        this.#accept(message);
        return { kind: 'unknown', reason: 'the line went dead' };
      case 'accept late, answer lost':
        // it was on its way when our side gave up
        timeline.at(random.below(3_500), () => this.#accept(message));
        return { kind: 'unknown', reason: 'time-out' };
      case 'lost on the way':
        return { kind: 'unknown', reason: 'the line went dead' };
      case '429':
        return { kind: 'refused', refusal: apiRefusal(20429, 429) };
      case 'refused':
        return { kind: 'refused', refusal: apiRefusal(21211, 400) };
    }
  }

  #accept({ id, attempt, from, to, body, tenant }: OutboundMessage): string {
    const { random, timeline, callback } = this.#options;
    const sid = `SM${newId().replaceAll('-', '')}`;
    this.accepted.push({ sid, messageId: id, attempt, from, to, body, at: timeline.now });
    const [final, code] = this.calm ? (['delivered', null] as const) : random.pick(ENDINGS);
    const statuses = [['sent', null] as const, ...(final === null ? [] : [[final, code] as const])];
    for (const [status, error] of statuses) {
      const report: StatusReport = {
        tenant,
        messageId: id,
        attempt,
        sid,
        status,
        refusal: callbackRefusal(error),
      };
      // one in six is lost, one in three comes twice; delays of up to half a minute mix their order
      if (!this.calm && random.chance(1 / 6)) continue;
      for (let copy = random.chance(1 / 3) ? 2 : 1; copy > 0; copy -= 1) {
        timeline.at(random.below(30_000), () => callback(report));
      }
    }
    return sid;
  }
}

const OUTCOMES = [
  ...Array<'accept'>(10).fill('accept'),
  ...Array<'accept, answer lost'>(3).fill('accept, answer lost'),
  ...(['accept late, answer lost', 'accept late, answer lost', 'lost on the way', '429', 'refused'] as const),
];

const ENDINGS = [
  ['delivered', null],
  ['delivered', null],
  ['delivered', null],
  ['undelivered', '30005'],
  ['undelivered', '30008'],
  ['failed', null],
  [null, null],
] as const;
