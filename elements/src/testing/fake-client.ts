import type {
  Brand,
  ConsentRecord,
  Contact,
  Conversation,
  ConversationCounts,
  FeedEvent,
  ListConversationsQuery,
  Me,
  Message,
  QuickReply,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { FeedSignal, FeedState, PatchbayClient } from '../client/types.ts';
import { crowdThread, longMessage } from './crowd.ts';
import {
  fakeMe,
  fakeThread,
  optedOutBlock,
  PLAIN_BRAND,
  previewOf,
  QUICK_REPLIES,
  type FakeThread,
} from './fixtures.ts';
import { PEOPLE, fakeId } from './people.ts';

export interface FakeOptions {
  /** The clock. Default: the real one. */
  now?: () => number;
  /** How long an answer takes, in ms. Default 0: the next microtask. */
  latency?: number;
  /** Begin without anybody. */
  empty?: boolean;
  /** So many people more, made when they are looked at. */
  crowd?: number;
  /** So many messages in the first conversation, made when they are looked at. */
  longThread?: number;
  brand?: Brand;
  me?: Partial<Me>;
  quickReplies?: QuickReply[];
}

type Method = Exclude<keyof PatchbayClient, 'feed'>;
type Failure = Error | 'network' | 'hang' | null;

/** An in-memory server behind the client's interface: for tests, stories and benchmarks. */
export interface FakeClient extends PatchbayClient {
  /** What was asked, in order. */
  readonly calls: { method: Method; args: unknown[] }[];
  /** Makes a method fail, or never answer, until told otherwise by `null`. `'*'` means all of them. */
  fail(method: Method | '*', failure: Failure, times?: number): void;
  setFeed(state: FeedState): void;
  /** Sends any event down the feed. */
  emit(event: Partial<FeedEvent> & Pick<FeedEvent, 'type'>): void;
  /** The feed lost its place: everything is to be loaded afresh. */
  reset(): void;
  /** A text from the contact arrives. */
  receive(conversationId: string, body: string, media?: Message['media']): Message;
  /** The carrier reports. */
  report(messageId: string, status: Message['status'], error?: Message['error']): void;
  /** Changes a conversation as another member would, and tells of it. */
  change(conversationId: string, patch: Partial<Conversation>): void;
  /** The ids of the named people's conversations, in the order of the fixtures. */
  readonly conversationIds: readonly string[];
  readonly listeners: number;
}

export function createFakeClient(options: FakeOptions = {}): FakeClient {
  const now = options.now ?? Date.now;
  const born = now();
  const people = options.empty ? [] : PEOPLE.map((script, n) => fakeThread(script, n, born));
  const crowd = options.crowd ?? 0;
  const made = new Map<number, FakeThread>(people.map((thread, n) => [n, thread]));
  const records = new Map<string, ConsentRecord[]>();
  const replies = [...(options.quickReplies ?? QUICK_REPLIES)];
  const calls: FakeClient['calls'] = [];
  const failures = new Map<string, { failure: Failure; times: number }>();
  const listeners = new Set<(signal: FeedSignal) => void>();
  const me: Me = { ...fakeMe(born), ...options.me };
  const long = options.longThread ?? 0;
  let state: FeedState = 'live';
  let counter = 0;
  let extra = people.length + crowd;

  const at = (n: number): FakeThread => {
    let thread = made.get(n);
    if (!thread) made.set(n, (thread = crowdThread(n, born)));
    return thread;
  };
  const numberOf = (id: string) => Number.parseInt(id.slice(-12, -6), 16);
  const missing = () => new ApiError('not_found', 404, 'There is no such thing here.');
  const find = (id: string): FakeThread => {
    const n = numberOf(id);
    if (!(n < extra)) throw missing();
    return at(n);
  };
  const holder = (messageId: string): { thread: FakeThread; message: Message } => {
    for (const thread of made.values()) {
      const message = thread.messages.find(({ id }) => id === messageId);
      if (message) return { thread, message };
    }
    throw missing();
  };
  const tell = (signal: FeedSignal) => {
    for (const listener of [...listeners]) listener(signal);
  };
  const emit: FakeClient['emit'] = (event) =>
    tell({
      kind: 'event',
      event: {
        id: fakeId('9', (counter += 1)),
        at: new Date(now()).toISOString(),
        contact_id: null,
        actor: null,
        data: {},
        message: null,
        conversation: null,
        ...event,
      },
    });
  const announce = (type: FeedEvent['type'], thread: FakeThread, message: Message | null = null) =>
    emit({ type, message, contact_id: thread.contact.id, conversation: { ...thread.conversation } });

  const store = (thread: FakeThread, message: Message) => {
    const known = thread.messages.findIndex(({ id }) => id === message.id);
    if (known >= 0) thread.messages[known] = message;
    else thread.messages.push(message);
    if (message.send_at === null && (known < 0 || thread.conversation.preview?.message_id === message.id)) {
      thread.conversation = {
        ...thread.conversation,
        preview: previewOf(message),
        last_message_at: known < 0 ? message.created_at : thread.conversation.last_message_at,
      };
    }
  };

  const answer = async <T>(
    method: Method,
    args: unknown[],
    make: () => T,
    signal?: AbortSignal,
  ): Promise<T> => {
    calls.push({ method, args });
    const rule = failures.get(method) ?? failures.get('*');
    if (options.latency) await new Promise((done) => setTimeout(done, options.latency));
    if (signal?.aborted) throw new ApiError('aborted', 0, '');
    if (rule && rule.times > 0) {
      rule.times -= 1;
      if (rule.failure === 'hang') return new Promise<T>(() => undefined);
      if (rule.failure instanceof Error) throw rule.failure;
      throw new ApiError('network', 0, '');
    }
    return structuredClone(make());
  };

  const matches = (query: ListConversationsQuery, { conversation, messages }: FakeThread): boolean => {
    const { state: wanted, assignee, unread, tag, channel, q } = query;
    if (wanted && conversation.state !== wanted) return false;
    if (assignee === 'none' && conversation.assignee) return false;
    if (
      assignee &&
      assignee !== 'none' &&
      conversation.assignee?.id !== (assignee === 'me' ? me.member.id : assignee)
    )
      return false;
    if (unread === 'true' && conversation.unread === 0) return false;
    if (tag && !conversation.contact.tags.includes(tag)) return false;
    if (channel && conversation.channel !== channel) return false;
    if (!q) return true;
    const words = [
      conversation.contact.name,
      conversation.contact.phone,
      ...messages.map(({ body }) => body),
    ];
    return words.some((text) => text?.toLowerCase().includes(q.toLowerCase()));
  };
  /** Everybody who is not as they were born, then the crowd in its order, which is by time already. */
  function* inOrder(): Generator<FakeThread> {
    const moved = [...made].filter(
      ([n, { conversation }]) =>
        n < people.length || n >= people.length + crowd || Date.parse(conversation.last_message_at) >= born,
    );
    moved.sort(([, a], [, b]) => (a.conversation.last_message_at < b.conversation.last_message_at ? 1 : -1));
    const done = new Set(moved.map(([n]) => n));
    for (const [, thread] of moved) yield thread;
    for (let n = people.length; n < people.length + crowd; n += 1) if (!done.has(n)) yield at(n);
  }
  let counted: ConversationCounts | null = null;
  const counts = (query: ListConversationsQuery): ConversationCounts => {
    const sum: ConversationCounts = { inbox: 0, waiting: 0, closed: 0, unread: 0 };
    const add = ({ conversation }: FakeThread) => {
      sum[conversation.state] += 1;
      if (conversation.unread > 0) sum.unread += 1;
    };
    if (crowd > 1000) {
      counted ??= {
        inbox: Math.round(crowd * 0.8),
        waiting: Math.round(crowd * 0.1),
        closed: Math.round(crowd * 0.1),
        unread: Math.round(crowd / 9),
      };
      return counted;
    }
    for (const thread of inOrder()) if (matches(query, thread)) add(thread);
    return sum;
  };

  const changed = (id: string, patch: Partial<Conversation>) => {
    const thread = find(id);
    thread.conversation = { ...thread.conversation, ...patch };
    announce('conversation.updated', thread);
    return thread.conversation;
  };
  const changeMessage = (id: string, patch: Partial<Message>, type: FeedEvent['type']) => {
    const { thread, message } = holder(id);
    const next = { ...message, ...patch };
    store(thread, next);
    announce(type, thread, next);
    return next;
  };

  return {
    calls,
    conversationIds: people.map(({ conversation }) => conversation.id),
    get listeners() {
      return listeners.size;
    },
    feed: {
      get state() {
        return state;
      },
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    me: (o) => answer('me', [], () => me, o?.signal),
    brand: (o) => answer('brand', [], () => options.brand ?? PLAIN_BRAND, o?.signal),
    listConversations: (query = {}, o) =>
      answer(
        'listConversations',
        [query],
        () => {
          const limit = query.limit ?? 30;
          const skip = Number(query.after ?? 0);
          const items: Conversation[] = [];
          let seen = 0;
          for (const thread of inOrder()) {
            if (!matches(query, thread)) continue;
            if (seen++ < skip) continue;
            items.push(thread.conversation);
            if (items.length > limit) break;
          }
          return { items: items.slice(0, limit), next: items.length > limit ? String(skip + limit) : null };
        },
        o?.signal,
      ),
    conversationCounts: (query = {}, o) =>
      answer('conversationCounts', [query], () => counts(query), o?.signal),
    getConversation: (id, o) => answer('getConversation', [id], () => find(id).conversation, o?.signal),
    updateConversation: (id, patch) =>
      answer('updateConversation', [id, patch], () => {
        const { state: next, assignee_id, unread, possible_opt_out } = patch;
        return changed(id, {
          ...(next && { state: next }),
          ...(assignee_id !== undefined && {
            assignee: me.members.find((member) => member.id === assignee_id) ?? null,
          }),
          ...(unread !== undefined && { unread: unread ? 1 : 0 }),
          ...(possible_opt_out === null && { possible_opt_out: null }),
        });
      }),
    listMessages: (id, query = {}, o) =>
      answer(
        'listMessages',
        [id, query],
        () => {
          const thread = find(id);
          const generated = numberOf(id) === 0 ? long : 0;
          const total = generated + thread.messages.length;
          const get = (i: number) =>
            i < generated
              ? longMessage(thread, i, generated, born - 86_400_000 * 2)
              : (thread.messages[i - generated] as Message);
          const limit = query.limit ?? 50;
          if (query.q) {
            const wanted = query.q.toLowerCase();
            const hits: Message[] = [];
            for (let i = total - 1; i >= 0 && hits.length < limit; i -= 1)
              if (get(i).body.toLowerCase().includes(wanted)) hits.unshift(get(i));
            return { items: hits, events: [], before: null, after: null };
          }
          let end = query.before === undefined ? total : Number(query.before);
          let begin = query.after === undefined ? Math.max(0, end - limit) : Number(query.after);
          if (query.after !== undefined) end = Math.min(total, begin + limit);
          if (query.around) {
            const index = Array.from({ length: total }, (_, i) => i).find((i) => get(i).id === query.around);
            if (index === undefined) throw missing();
            begin = Math.max(0, index - (limit >> 1));
            end = Math.min(total, begin + limit);
          }
          const items = Array.from({ length: end - begin }, (_, i) => get(begin + i));
          const first = items[0]?.created_at ?? '';
          const events = thread.events.filter((event) => begin === 0 || event.at >= first);
          return {
            items,
            events: end === total ? events : [],
            before: begin > 0 ? String(begin) : null,
            after: end < total ? String(end) : null,
          };
        },
        o?.signal,
      ),
    sendMessage: (body) =>
      answer('sendMessage', [body], () => {
        let thread = body.conversation_id
          ? find(body.conversation_id)
          : [...inOrder()].find(({ contact }) => contact.phone === body.to || contact.id === body.contact_id);
        if (!thread) {
          thread = fakeThread(
            { first: null, last: null, phone: body.to ?? '', lines: [{ ago: 0, text: '' }] },
            extra,
            now(),
          );
          thread.messages.length = 0;
          made.set(extra, thread);
          extra += 1;
        }
        const known = thread.messages.find(({ id }) => id === body.id);
        if (known) return known;
        if (thread.conversation.block?.code === 'opted_out')
          throw new ApiError('opted_out', 409, thread.conversation.block.reason);
        const created_at = new Date(now()).toISOString();
        const message: Message = {
          ...(fakeThread(
            { first: null, last: null, phone: '', lines: [{ ago: 0, text: '', out: true }] },
            0,
            now(),
          ).messages[0] as Message),
          id: body.id ?? fakeId('8', (counter += 1)),
          conversation_id: thread.conversation.id,
          contact_id: thread.contact.id,
          status: 'queued',
          body: body.body ?? '',
          media: (body.media_urls ?? []).map((url) => ({ url, content_type: 'image/png', name: null })),
          to: thread.contact.phone ?? '',
          author: { id: me.member.id, name: me.member.name },
          hold: body.send_at ? { reason: 'scheduled', until: body.send_at } : null,
          send_at: body.send_at ?? null,
          created_at,
          sent_at: null,
          delivered_at: null,
        };
        store(thread, message);
        announce('message.queued', thread, message);
        return message;
      }),
    getMessage: (id, o) => answer('getMessage', [id], () => holder(id).message, o?.signal),
    editMessage: (id, patch) =>
      answer('editMessage', [id, patch], () =>
        changeMessage(
          id,
          {
            ...(patch.body !== undefined && { body: patch.body }),
            ...(patch.send_at !== undefined && { send_at: patch.send_at }),
          },
          'message.updated',
        ),
      ),
    cancelMessage: (id) =>
      answer('cancelMessage', [id], () =>
        changeMessage(id, { status: 'canceled', hold: null }, 'message.canceled'),
      ),
    retryMessage: (id) =>
      answer('retryMessage', [id], () =>
        changeMessage(
          id,
          { status: 'queued', error: null, attempt: holder(id).message.attempt + 1 },
          'message.queued',
        ),
      ),
    listContacts: (query = {}, o) =>
      answer(
        'listContacts',
        [query],
        () => {
          const q = query.q?.toLowerCase() ?? '';
          const items = [...made.values()]
            .map(({ contact }) => contact)
            .filter((c) => `${c.name} ${c.phone}`.toLowerCase().includes(q));
          return { items: items.slice(0, query.limit ?? 30), next: null };
        },
        o?.signal,
      ),
    createContact: (body) =>
      answer('createContact', [body], () => {
        const thread = fakeThread(
          {
            first: body.first_name ?? null,
            last: body.last_name ?? null,
            phone: body.phone ?? '',
            lines: [{ ago: 0, text: '' }],
          },
          extra,
          now(),
        );
        made.set(extra, thread);
        extra += 1;
        return thread.contact;
      }),
    getContact: (id, o) => answer('getContact', [id], () => find(id).contact, o?.signal),
    updateContact: (id, patch, version) =>
      answer('updateContact', [id, patch, version], () => {
        const thread = find(id);
        if (version !== undefined && version !== thread.contact.version) {
          throw new ApiError('edited_elsewhere', 412, 'Someone else changed this contact meanwhile.');
        }
        const next = {
          ...thread.contact,
          ...(patch as Partial<Contact>),
          version: thread.contact.version + 1,
        };
        next.name = [next.first_name, next.last_name].filter(Boolean).join(' ') || null;
        thread.contact = next;
        thread.conversation = {
          ...thread.conversation,
          contact: { id: next.id, name: next.name, phone: next.phone, tags: next.tags },
        };
        announce('contact.updated', thread);
        return next;
      }),
    listConsent: (id, o) =>
      answer(
        'listConsent',
        [id],
        () => {
          const { contact } = find(id);
          const born = contact.consent
            .filter((each) => each.at !== null)
            .map((each, i): ConsentRecord => ({
              id: fakeId('7', numberOf(id), i),
              channel: each.channel,
              address: contact.phone ?? '',
              action: each.state === 'withdrawn' ? 'withdraw' : 'grant',
              source: each.source === 'keyword' ? 'keyword' : 'form',
              wording: each.source === 'keyword' ? 'STOP' : 'Express written · form “Maple Court”',
              member: null,
              at: each.at as string,
            }));
          return [...(records.get(id) ?? []), ...born];
        },
        o?.signal,
      ),
    recordConsent: (id, record) =>
      answer('recordConsent', [id, record], () => {
        const thread = find(id);
        const channel = record.channel ?? 'sms';
        const time = new Date(now()).toISOString();
        const granted = record.action === 'grant';
        const consent = thread.contact.consent.map((each) =>
          each.channel === channel
            ? {
                ...each,
                state: granted ? ('granted' as const) : ('withdrawn' as const),
                source: 'member',
                at: time,
              }
            : each,
        );
        thread.contact = { ...thread.contact, consent, version: thread.contact.version + 1 };
        records.set(id, [
          {
            id: fakeId('7', numberOf(id), 99 + (counter += 1)),
            channel,
            address: thread.contact.phone ?? '',
            action: record.action,
            source: 'member',
            wording: record.wording ?? null,
            member: { id: me.member.id, name: me.member.name },
            at: time,
          },
          ...(records.get(id) ?? []),
        ]);
        thread.conversation = {
          ...thread.conversation,
          block: granted ? null : optedOutBlock(thread.contact.name ?? 'They', time),
          possible_opt_out: null,
        };
        announce(granted ? 'consent.granted' : 'consent.withdrawn', thread);
        return thread.contact;
      }),
    listQuickReplies: (o) => answer('listQuickReplies', [], () => replies, o?.signal),
    createQuickReply: (reply) =>
      answer('createQuickReply', [reply], () => {
        const made = { ...reply, id: reply.id ?? fakeId('6', (counter += 1) + 100) };
        replies.push(made);
        return made;
      }),
    deleteQuickReply: (id) =>
      answer(
        'deleteQuickReply',
        [id],
        () =>
          void replies.splice(
            replies.findIndex((reply) => reply.id === id),
            1,
          ),
      ),

    fail(method, failure, times = Infinity) {
      if (failure === null) failures.delete(method);
      else failures.set(method, { failure, times });
    },
    setFeed(next) {
      state = next;
      tell({ kind: 'state', state });
    },
    emit,
    reset: () => tell({ kind: 'reset' }),
    receive(conversationId, body, media = []) {
      const thread = find(conversationId);
      const created_at = new Date(now()).toISOString();
      const message: Message = {
        ...(fakeThread(
          { first: null, last: null, phone: thread.contact.phone ?? '', lines: [{ ago: 0, text: body }] },
          0,
          now(),
        ).messages[0] as Message),
        id: fakeId('8', (counter += 1)),
        conversation_id: conversationId,
        contact_id: thread.contact.id,
        media,
        created_at,
      };
      store(thread, message);
      thread.conversation = {
        ...thread.conversation,
        unread: thread.conversation.unread + 1,
        state: 'inbox',
      };
      announce('message.received', thread, message);
      return message;
    },
    report(messageId, status, error = null) {
      const type =
        `message.${status === 'sending' || status === 'queued' ? 'updated' : status}` as FeedEvent['type'];
      changeMessage(messageId, { status, error }, type);
    },
    change: (id, patch) => void changed(id, patch),
  };
}
