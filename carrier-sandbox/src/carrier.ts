/**
 * The parts of the carrier, put together once and handed to whoever needs them: the REST API, the control API, the
 * page's feed. A part takes what it uses from here and keeps no global of its own.
 */
import { systemClock, type Clock } from './clock.ts';
import { createExchange, type Exchange } from './calls/exchange.ts';
import { createCallbacks, type Callbacks } from './callbacks.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFeed, type Feed } from './feed.ts';
import { createHttpTransport, type Transport } from './http-transport.ts';
import { createIds, type Ids } from './ids.ts';
import { createInbound, type Inbound } from './inbound.ts';
import { createJournal, type Journal } from './journal.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createMediaStore, type MediaStore } from './media-store.ts';
import { createOptOuts, type OptOuts } from './opt-outs.ts';
import { DEFAULT_DELIVERY, newPhone } from './phones.ts';
import { createPreviews, type Previews } from './previews.ts';
import type { Account, Call, DebuggerEntry, DeliverySwitch, MessageStatus, Phone } from './records.ts';
import { createRing, type Ring } from './ring.ts';
import { createStore, type Store } from './store.ts';
import { callView, debuggerView, messageView, phoneView, webhookView } from './views.ts';
import { createWebhookSender, type WebhookRecord, type WebhookSender } from './webhooks/sender.ts';

export interface Settings {
  /** Segments a second of a number that has no rate of its own; 0 is no limit. */
  mps: number;
  /** Milliseconds from leaving the queue to `sent`, and from there to `delivered`. */
  sentAfterMs: number;
  deliveredAfterMs: number;
  /** The statuses that are called back; the status a message is created with never is. */
  callbackStatuses: MessageStatus[];
  delivery: DeliverySwitch;
  /** Bytes that receiving carriers take of a film, a sound or a PDF; beyond, 30019. */
  carrierMediaBytes: number;
  /** Calls a second of an account; 0 is no limit. */
  cps: number;
  /** Milliseconds until a phone that answers by itself picks up, and until a voicemail does. */
  pickUpMs: number;
  voicemailMs: number;
  /** Milliseconds that answering machine detection takes, and how long a voicemail's greeting is. */
  detectMs: number;
  greetingMs: number;
  /** Milliseconds a character takes to be said, and any recording to be played. */
  speechMs: number;
  playMs: number;
}

export interface RequestEntry {
  id: string;
  /** Arrival, in milliseconds since the epoch. */
  at: number;
  method: string;
  path: string;
  query: string;
  accountSid: string | null;
  body: string;
  status: number | null;
  faults: string[];
  durationMs: number;
}

export interface Carrier {
  clock: Clock;
  ids: Ids;
  settings: Settings;
  store: Store;
  feed: Feed;
  faults: Faults;
  webhooks: WebhookSender;
  callbacks: Callbacks;
  lifecycle: Lifecycle;
  inbound: Inbound;
  exchange: Exchange;
  optOuts: OptOuts;
  media: MediaStore;
  previews: Previews;
  requests: Ring<RequestEntry>;
  webhookLog: Ring<WebhookRecord>;
  debuggerLog: Ring<DebuggerEntry>;
  report(entry: Omit<DebuggerEntry, 'id' | 'at'>): void;
  /** The phone with that number; a number nobody made a phone for gets one. */
  phone(number: string): Phone;
  /** The address of this sandbox as others reach it, without a slash at the end. */
  baseUrl(): string;
  setBaseUrl(url: string): void;
  /** Puts in what a sandbox has from the start, unless it is there. */
  plant(): void;
  reset(): void;
  close(): void;
}

export interface CarrierOptions {
  accounts: Account[];
  clock?: Clock;
  seed?: number;
  dir?: string;
  baseUrl?: string;
  settings?: Partial<Settings>;
  transport?: Transport;
  requestLogSize?: number;
  webhookConcurrency?: number;
  /** What there is besides the accounts from the start, and again after a reset. */
  plant?: (carrier: Carrier) => void;
}

export function createCarrier(options: CarrierOptions): Carrier {
  const { clock = systemClock, requestLogSize = 2000, dir } = options;
  const ids = createIds(options.seed);
  const settings: Settings = {
    mps: 10,
    sentAfterMs: 60,
    deliveredAfterMs: 400,
    callbackStatuses: ['accepted', 'queued', 'sent', 'delivered', 'undelivered', 'failed', 'canceled'],
    delivery: DEFAULT_DELIVERY,
    carrierMediaBytes: 1024 * 1024,
    cps: 1,
    pickUpMs: 1500,
    voicemailMs: 6000,
    detectMs: 800,
    greetingMs: 4000,
    speechMs: 55,
    playMs: 6000,
    ...options.settings,
  };
  const store = createStore();
  const feed = createFeed();
  const http = createHttpTransport(clock);
  const transport = options.transport ?? http.send;
  const webhookLog = createRing<WebhookRecord>(requestLogSize);
  const debuggerLog = createRing<DebuggerEntry>(500);
  let baseUrl = options.baseUrl?.replace(/\/$/, '') ?? '';
  let journal: Journal | undefined;

  const carrier = {} as Carrier;
  const report: Carrier['report'] = (wish) => {
    const entry: DebuggerEntry = { id: ids.sid('NO'), at: clock.now(), ...wish };
    debuggerLog.push(entry);
    feed.tell('debugger', () => debuggerView(entry));
  };

  Object.assign(carrier, {
    clock,
    ids,
    settings,
    store,
    feed,
    webhookLog,
    debuggerLog,
    report,
    faults: createFaults({ clock, ids }),
    optOuts: createOptOuts({ store, clock }),
    requests: createRing<RequestEntry>(requestLogSize),
    baseUrl: () => baseUrl || 'http://localhost:4010',
    phone(number: string): Phone {
      const known = store.phones.get(number);
      if (known) return known;
      const phone = newPhone(number, clock.now());
      store.put('phone', phone);
      return phone;
    },
    setBaseUrl(url: string) {
      if (options.baseUrl === undefined) baseUrl = url;
    },
    plant() {
      for (const account of options.accounts)
        if (!store.accounts.has(account.sid)) store.put('account', account);
      options.plant?.(carrier);
    },
    reset() {
      carrier.lifecycle.clear();
      carrier.exchange.clear();
      carrier.faults.clear();
      carrier.media.clear();
      carrier.previews.clear();
      store.clear();
      for (const log of [carrier.requests, webhookLog, debuggerLog]) log.clear();
      carrier.plant();
      journal?.rewrite();
      feed.tell('reset', () => ({}));
    },
    close() {
      journal?.close();
      carrier.lifecycle.clear();
      carrier.exchange.clear();
      http.close();
    },
  } satisfies Partial<Carrier>);

  carrier.webhooks = createWebhookSender({
    clock,
    ids,
    transport,
    log: webhookLog,
    report,
    observe: (record) => feed.tell('webhook', () => webhookView(record)),
    ...(options.webhookConcurrency !== undefined && { concurrency: options.webhookConcurrency }),
  });
  carrier.callbacks = createCallbacks(carrier);
  carrier.lifecycle = createLifecycle(carrier);
  carrier.inbound = createInbound(carrier);
  carrier.exchange = createExchange(carrier);
  if (dir !== undefined) journal = createJournal(dir, store);
  carrier.media = createMediaStore({ transport, journal, carrierLimit: () => settings.carrierMediaBytes });
  carrier.previews = createPreviews(transport);
  journal?.load();
  carrier.plant();
  carrier.lifecycle.resume();
  carrier.exchange.resume();

  store.onChange((change) => {
    const { kind, id, record } = change;
    if (kind === 'message') {
      feed.tell('message', () =>
        record ? messageView(carrier, record as never) : { sid: id, deleted: true },
      );
    } else if (kind === 'phone') {
      feed.tell('phone', () =>
        record ? phoneView(carrier, record as Phone) : { number: id, deleted: true },
      );
    } else if (kind === 'call')
      feed.tell('call', () => (record ? callView(carrier, record as Call) : { sid: id }));
    else feed.tell(kind, () => ({ id }));
  });
  return carrier;
}
