/**
 * A Twilio stand-in: its REST API, its signed webhooks, its STOP list and pace, and a phone on the screen.
 *
 *   const sandbox = createSandbox();
 *   const { url, close } = await sandbox.listen({ port: 4010 });
 *
 * `fetch` answers in the same process, without a port. The carrier's records are at `state`, its levers at `controls`.
 */
import { createCarrier, type Carrier, type CarrierOptions, type Settings } from './carrier.ts';
import type { Pickup } from './calls/line.ts';
import type { Clock } from './clock.ts';
import type { Fault } from './faults.ts';
import type { Transport } from './http-transport.ts';
import type { Account, Answering, ApiKey, Call, DeliverySwitch, Message, OwnedNumber } from './records.ts';
import { buyNumber } from './rest/numbers.ts';
import { createRouter, type SandboxFetch } from './router.ts';
import { listen, type Listening } from './server.ts';
import type { Store } from './store.ts';
import type { WebhookRecord } from './webhooks/sender.ts';

export { manualClock, systemClock } from './clock.ts';
export { sign as signWebhook } from './webhooks/signature.ts';
export { countSegments } from './segments.ts';
export type {
  Answering,
  Call,
  Clock,
  DeliverySwitch,
  Fault,
  Listening,
  Message,
  OwnedNumber,
  SandboxFetch,
  Settings,
  Transport,
  WebhookRecord,
};

/** The account a sandbox has when it is given none; made up, and the same everywhere so that examples just work. */
export const DEFAULT_ACCOUNT = {
  sid: 'AC5a4db0c5a4db0c5a4db0c5a4db0c5a4d',
  authToken: '5a4db0c0ffee5a4db0c0ffee5a4db0c0',
} as const;

export interface SandboxOptions {
  accounts?: { sid: string; authToken: string; friendlyName?: string; apiKeys?: ApiKey[] }[];
  /** Business numbers owned from the start by the first account (or the one named). */
  numbers?: {
    phoneNumber: string;
    accountSid?: string;
    smsUrl?: string;
    voiceUrl?: string;
    friendlyName?: string;
  }[];
  clock?: Clock;
  /** Repeats every identifier and every chance taken. Leave it out together with `dir`. */
  seed?: number;
  /** A folder in which messages and phones outlive the process. */
  dir?: string;
  /** How others reach the sandbox (media URLs); by default where it listens. */
  baseUrl?: string;
  settings?: Partial<Settings>;
  /** Replaces the way out to webhooks, for tests without a network. */
  transport?: Transport;
  /** Who may frame the phone page; `*` by default, since this is a tool on the developer's own machine. */
  frameAncestors?: string;
  /** How many requests and webhooks the logs keep; 2000 by default. */
  requestLogSize?: number;
  /** Webhooks under way at once; 64 by default. */
  webhookConcurrency?: number;
}

export interface Controls {
  buyNumber(phoneNumber: string, accountSid?: string): OwnedNumber;
  /** A phone writes to a business number. */
  text(message: { from: string; to: string; body?: string; mediaUrls?: string[] }): Message;
  /** A phone calls a business number. */
  call(call: { from: string; to: string }): Call;
  setDelivery(phone: string, delivery: DeliverySwitch): void;
  /** What a phone does when it is called. */
  setAnswering(phone: string, answering: Partial<Answering> & Pick<Answering, 'mode'>): void;
  /** The person at the phone takes a call, declines it (`busy`), or lets their voicemail do so (`machine`). */
  pickUp(sid: string, by?: Pickup): boolean;
  hangUp(sid: string): boolean;
  addFault(fault: Partial<Fault> & Pick<Fault, 'kind'>): Fault;
  clearFaults(): void;
  /** True when nothing is queued, held or on its way. */
  idle(): boolean;
  settings: Settings;
  reset(): void;
}

export interface Sandbox {
  fetch: SandboxFetch;
  listen(options?: { port?: number; host?: string }): Promise<Listening>;
  state: Store;
  controls: Controls;
  /** Lets go of everything; `listen().close()` does it too. */
  close: () => void;
}

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { accounts = [DEFAULT_ACCOUNT], numbers = [], frameAncestors = '*', ...rest } = options;
  const born = (options.clock ?? { now: Date.now }).now();
  const carrier = createCarrier({
    ...(rest satisfies Omit<CarrierOptions, 'accounts'>),
    accounts: accounts.map((account) => checked(account, born)),
    plant: (planted) => {
      for (const wish of numbers) plantNumber(planted, wish, accounts[0]?.sid ?? '');
    },
  });
  const fetch = createRouter(carrier, { frameAncestors });
  return {
    fetch,
    async listen(where) {
      const listening = await listen(fetch, where);
      carrier.setBaseUrl(listening.url);
      return {
        ...listening,
        async close() {
          await listening.close();
          carrier.close();
        },
      };
    },
    state: carrier.store,
    controls: createControls(carrier),
    close: () => carrier.close(),
  };
}

function plantNumber(
  carrier: Carrier,
  wish: NonNullable<SandboxOptions['numbers']>[number],
  firstAccount: string,
): void {
  if (carrier.store.numberOf(wish.phoneNumber)) return;
  const number = buyNumber(carrier, wish.accountSid ?? firstAccount, wish.phoneNumber);
  number.smsUrl = wish.smsUrl ?? null;
  number.voiceUrl = wish.voiceUrl ?? null;
  number.friendlyName = wish.friendlyName ?? number.friendlyName;
  carrier.store.put('number', number);
}

function createControls(carrier: Carrier): Controls {
  const { store, settings } = carrier;
  return {
    settings,
    reset: () => carrier.reset(),
    clearFaults: () => carrier.faults.clear(),
    addFault: (fault) =>
      carrier.faults.add({
        ms: 0,
        count: null,
        rate: 1,
        accountSid: null,
        method: null,
        path: null,
        ...fault,
      }),
    buyNumber: (phoneNumber, accountSid) =>
      buyNumber(carrier, accountSid ?? store.accounts.keys().next().value ?? '', phoneNumber),
    text({ from, to, body = '', mediaUrls = [] }) {
      const number = store.numberOf(to);
      if (!number) throw new Error(`No account owns ${to}, so nobody would receive this.`);
      return carrier.inbound.receive({ from, to: number, body, mediaUrls });
    },
    call({ from, to }) {
      const number = store.numberOf(to);
      if (!number) throw new Error(`No account owns ${to}, so nobody would be called.`);
      return carrier.exchange.dial(from, number);
    },
    setAnswering(number, answering) {
      const phone = carrier.phone(number);
      phone.answering = { answeredBy: null, ...answering };
      store.put('phone', phone);
    },
    pickUp: (sid, by = 'human') => carrier.exchange.pickUp(sid, by),
    hangUp: (sid) => carrier.exchange.hangUp(sid),
    setDelivery(number, delivery) {
      const phone = carrier.phone(number);
      phone.delivery = delivery;
      store.put('phone', phone);
      carrier.lifecycle.release(number);
    },
    idle: () =>
      carrier.webhooks.busy === 0 &&
      carrier.callbacks.held === 0 &&
      carrier.lifecycle.queued().every(({ waiting }) => waiting === 0) &&
      carrier.lifecycle.moving === 0,
  };
}

function checked(account: NonNullable<SandboxOptions['accounts']>[number], born: number): Account {
  if (!/^AC[0-9a-fA-F]{32}$/.test(account.sid)) {
    throw new Error(
      `createSandbox: "${account.sid}" is not an account sid. It must be AC and 32 hexadecimal digits.`,
    );
  }
  if (!account.authToken) throw new Error(`createSandbox: the account ${account.sid} needs an authToken.`);
  return {
    sid: account.sid,
    authToken: account.authToken,
    friendlyName: account.friendlyName ?? 'Sandbox account',
    apiKeys: account.apiKeys ?? [],
    createdAt: born,
  };
}
