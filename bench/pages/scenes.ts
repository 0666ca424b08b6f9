/** What the browser figures measure, as functions of the page; `figures/browser.ts` calls them. */
import {
  define,
  storesFor,
  threadOf,
  type Contacts,
  type ConversationList,
  type Inbox,
  type Thread,
} from '@patchbay/elements';
import type { PatchbayClient } from '@patchbay/elements/client';
import { bareTable } from './bare.ts';
import { startServer, type Remote } from './remote.ts';

define({ prefix: 'bench' });

const stage = document.querySelector('main')!;
const LOADED_AT_ONCE = 5_000;

/** A turn of the main thread after what the current frame paints. */
const painted = () =>
  new Promise<number>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  });
const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

async function until(met: () => unknown): Promise<void> {
  while (!met()) await frame();
}

const listOf = (inbox: Element) => inbox.shadowRoot?.querySelector<ConversationList>('.list') ?? null;
const threadIn = (inbox: Element) => inbox.shadowRoot?.querySelector<Thread>('.thread') ?? null;
const rowsOf = (element: Element | null) =>
  element?.shadowRoot?.querySelectorAll('.rows > [data-key]').length ?? 0;
const scrollerOf = (element: Element) => element.shadowRoot!.querySelector<HTMLElement>('.scroller')!;

async function firstPaint(element: Inbox | Thread, rows: () => number): Promise<number> {
  await frame();
  const started = performance.now();
  stage.append(element);
  await until(() => rows() > 0);
  await frame();
  const spent = performance.now() - started;
  element.remove();
  await frame();
  return spent;
}

/** Servers that have answered once: how long a server thinks is not what is measured. */
const servers = new Map<string, Promise<Remote>>();
function warm(crowd: number, longThread: number): Promise<Remote> {
  const key = `${crowd} ${longThread}`;
  let server = servers.get(key);
  if (!server) {
    server = startServer({ crowd, longThread }).then(async (remote) => {
      await remote.client.listConversations({ state: 'inbox', limit: 30 });
      await remote.client.listMessages(remote.conversationIds[0]!, { limit: 50 });
      return remote;
    });
    servers.set(key, server);
  }
  return server;
}

/** A client that no store knows yet, at a warm server. */
const unknown = ({ client }: Remote) => ({ ...client });

async function inboxFirstPaint(crowd: number): Promise<number> {
  const inbox = document.createElement('bench-inbox') as Inbox;
  inbox.client = unknown(await warm(crowd, 0));
  return firstPaint(inbox, () => rowsOf(listOf(inbox)));
}

async function threadFirstPaint(messages: number): Promise<number> {
  const remote = await warm(0, messages);
  const thread = document.createElement('bench-thread') as Thread;
  thread.client = unknown(remote);
  thread.conversationId = remote.conversationIds[0]!;
  return firstPaint(thread, () => rowsOf(thread));
}

let remote: Remote;
let inbox: Inbox;
/** Where `appends` looks: the thread alone, or the whole inbox. */
let opened: Thread | Inbox;

/** An inbox whose list and open thread are loaded, all but `left` rows of each. */
async function openInbox(
  crowd: number,
  messages: number,
  left = 0,
): Promise<{ list: number; thread: number }> {
  remote = await startServer({ crowd, longThread: messages });
  // the list holds one section, which is eight tenths of the crowd
  remote.pages = { listConversations: Math.max(30, crowd * 0.8 - left), listMessages: 50 };
  inbox = document.createElement('bench-inbox') as Inbox;
  inbox.client = remote.client;
  inbox.conversationId = remote.conversationIds[0]!;
  stage.append(inbox);
  await until(() => rowsOf(listOf(inbox)) > 0 && rowsOf(threadIn(inbox)) > 0);
  await loadThread(remote, remote.conversationIds[0]!, messages - left);
  remote.pages = {};
  await frame();
  opened = inbox;
  return { list: storesFor(remote.client).conversations.ids.length, thread: rowsOf(threadIn(inbox)) };
}

async function loadThread(
  { client, pages }: Remote,
  conversationId: string,
  messages: number,
): Promise<void> {
  const thread = threadOf(storesFor(client), conversationId);
  while (thread.hasOlder && thread.items.length < messages) {
    pages.listMessages = Math.max(50, Math.min(LOADED_AT_ONCE, messages - thread.items.length));
    await thread.loadOlder();
    // a page that the element itself has asked for makes ours return at once
    await frame();
  }
  delete pages.listMessages;
  await frame();
}

/** A thread by itself, all of it loaded. */
async function openThread(messages: number): Promise<void> {
  remote = await startServer({ longThread: messages });
  const thread = document.createElement('bench-thread') as Thread;
  thread.client = remote.client;
  thread.conversationId = remote.conversationIds[0]!;
  stage.append(thread);
  await until(() => rowsOf(thread) > 0);
  await loadThread(remote, thread.conversationId, messages);
  opened = thread;
}
interface Spent {
  /** Script, style and layout, until all that is left to do is to paint: ms for each text. */
  worked: number[];
  /** The same and what the frame then paints. */
  painted: number[];
  /** A frame in which nothing happens. */
  idle: number[];
}

/** What `count` texts that arrive in the open thread cost the main thread, each in a frame of its own. */
async function appends(count: number): Promise<Spent> {
  const element = opened;
  remote.held = [];
  for (let n = 0; n < count; n += 1) {
    await remote.act('receive', remote.conversationIds[0]!, `Text number ${n}, and a few words more`);
  }
  const signals = remote.held;
  remote.held = [];
  const spent: Spent = { worked: [], painted: [], idle: [] };
  for (const signal of signals) {
    await frame();
    let started = performance.now();
    spent.idle.push((await painted()) - started);
    await frame();
    started = performance.now();
    const done = painted();
    remote.deliver(signal);
    // stores tell in a microtask, and elements draw in the next
    await Promise.resolve();
    await Promise.resolve();
    while (!(await element.updateComplete));
    void element.offsetHeight;
    spent.worked.push(performance.now() - started);
    spent.painted.push((await done) - started);
    await frame();
  }
  remote.held = null;
  return spent;
}

interface Scrolled {
  /** The time from each frame to the next, in ms. */
  frames: number[];
  /** The same while nothing is scrolled: what the machine itself misses. */
  still: number[];
  /** The most rows that list and thread had together, when they are counted: that costs some of each frame. */
  rows: number;
}

/** The ways a place changes: a wheel, a fling, and the scroll bar dragged from end to end. */
function* places(scroller: HTMLElement, direction: 1 | -1, steps: number): Generator<number> {
  const end = () => scroller.scrollHeight - scroller.clientHeight;
  const fling = [30, 120, 400, 1500];
  for (const step of [...fling, ...fling.map((px) => -px)]) {
    for (let n = 0; n < steps; n += 1) yield scroller.scrollTop + step * direction;
  }
  for (let n = 0; n <= steps; n += 1) {
    yield direction > 0 ? (end() * n) / steps : end() * (1 - n / steps);
  }
  // at the far end, where more is loaded
  for (let n = 0; n < steps; n += 1) yield direction > 0 ? end() : 0;
}

async function scroll(steps: number, { counted = false } = {}): Promise<Scrolled> {
  const [list, thread] = [listOf(inbox)!, threadIn(inbox)!];
  const result: Scrolled = { frames: [], still: [], rows: 0 };
  const count = () => (result.rows = Math.max(result.rows, rowsOf(list) + rowsOf(thread)));
  const watcher = new MutationObserver(count);
  for (const element of counted ? [list, thread] : [])
    watcher.observe(element.shadowRoot!, { childList: true, subtree: true });
  for (const [element, direction] of [
    [list, 1],
    [thread, -1],
  ] as const) {
    const scroller = scrollerOf(element);
    let last = await frame();
    for (const place of places(scroller, direction, steps)) {
      scroller.scrollTop = place;
      const now = await frame();
      result.frames.push(now - last);
      last = now;
      if (counted) count();
    }
    scroller.scrollTop = direction > 0 ? 0 : scroller.scrollHeight;
  }
  watcher.disconnect();
  let last = await frame();
  for (const _ of result.frames) {
    const now = await frame();
    result.still.push(now - last);
    last = now;
  }
  return result;
}

/** Live events as a busy hour brings them: texts from others, work of other members, and answers in the open thread. */
async function liveUpdates(count: number): Promise<void> {
  const { ids } = storesFor(remote.client).conversations;
  const others = ids.filter((id) => id !== inbox.conversationId);
  for (let n = 0; n < count; n += 10) {
    const other = (step: number) => others[(n * 7 + step * 13) % others.length]!;
    for (let step = 0; step < 5; step += 1) await remote.act('receive', other(step), `Update ${n + step}`);
    for (let step = 5; step < 7; step += 1) {
      await remote.act('change', other(step), { unread: 0, assignee: { id: 'u2', name: 'Dana Fox' } });
    }
    const { id } = await remote.act('sendMessage', {
      conversation_id: inbox.conversationId!,
      body: `Answer ${n}`,
    });
    await remote.act('report', id, 'sent');
    await remote.act('report', id, 'delivered');
    await frame();
  }
}

let table: Contacts;

/** Pages of a million, made here of one person: a server in a worker takes minutes for ten thousand of them. */
async function pagesOf(crowd: number, { client }: Remote): Promise<PatchbayClient['searchContacts']> {
  const [model] = (await client.searchContacts({ limit: 1 })).items;
  return (query = {}) => {
    const { after, limit = 30, counted } = query;
    const from = Number(after ?? 0);
    const length = Math.min(limit, crowd - from);
    const items = Array.from({ length }, (_, n) => ({
      ...model!,
      id: `00000000-0000-7000-8000-${String(from + n).padStart(12, '0')}`,
      name: `Person ${from + n}`,
      tags: ['Buyer', `Tag ${(from + n) % 7}`],
    }));
    const next = from + length < crowd ? String(from + length) : null;
    return Promise.resolve({ items, next, count: counted ? crowd : null });
  };
}

/** A table of people, known to its end: its pages have all been seen once, and but for those near the top forgotten. */
async function openContacts(crowd: number): Promise<number> {
  remote = await startServer({});
  table = document.createElement('bench-contacts') as Contacts;
  table.client = { ...remote.client, searchContacts: await pagesOf(crowd, remote) };
  stage.append(table);
  await until(() => tableRows() > 0);
  const list = table.list!;
  // not drawn meanwhile: how long ten thousand pages take is not what is measured
  table.requestUpdate = () => undefined;
  while (!list.ended) {
    const { length } = list;
    list.want(length - 1, length);
    while (list.length === length && !list.ended) await Promise.resolve();
  }
  list.want(0, 50);
  delete (table as Partial<Contacts>).requestUpdate;
  table.requestUpdate();
  await frame();
  return list.length;
}

const tableRows = () => table.shadowRoot!.querySelectorAll('.window > [role=row]').length;

/** Wheel, flings, the bar dragged from end to end, and jumps to places all over. */
async function scrollThrough(scroller: HTMLElement, steps: number, rows = () => 0): Promise<Scrolled> {
  const result: Scrolled = { frames: [], still: [], rows: 0 };
  const end = scroller.scrollHeight - scroller.clientHeight;
  const jumps = Array.from({ length: steps }, (_, n) => (((n * 7_919) % 1_000) / 1_000) * end);
  let last = await frame();
  for (const place of [...places(scroller, 1, steps), ...jumps]) {
    scroller.scrollTop = place;
    const now = await frame();
    result.frames.push(now - last);
    last = now;
    result.rows = Math.max(result.rows, rows());
  }
  scroller.scrollTop = 0;
  last = await frame();
  for (const _ of result.frames) {
    const now = await frame();
    result.still.push(now - last);
    last = now;
  }
  return result;
}

const scrollContacts = (steps: number) => scrollThrough(scrollerOf(table), steps, tableRows);

/** The same way through a table as long that lies over it and does nothing but show text. */
async function scrollBare(steps: number): Promise<Scrolled> {
  const bare = bareTable(stage, table.list!.length);
  const scrolled = await scrollThrough(bare, steps);
  bare.remove();
  return scrolled;
}

const scenes = {
  openContacts,
  scrollContacts,
  scrollBare,
  inboxFirstPaint,
  threadFirstPaint,
  openInbox,
  openThread,
  appends,
  scroll,
  liveUpdates,
};
declare global {
  interface Window {
    scenes: typeof scenes;
  }
}
window.scenes = scenes;
