import type {
  ConsentRecord,
  ConsentRequest,
  Contact,
  Conversation,
  ConversationCounts,
  FeedEvent,
  JobTarget,
  ListConversationsQuery,
  Me,
  Message,
} from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import type { FeedSignal, FeedState } from '../client/types.ts';
import { crowdThread } from './crowd.ts';
import type { Failure, FakeClient, FakeOptions, Method } from './fake-types.ts';
import { fakeMe, fakeThread, previewOf, QUICK_REPLIES, type FakeThread } from './fixtures.ts';
import { fakeId, PEOPLE, type Script } from './people.ts';

export type World = ReturnType<typeof createWorld>;

/** What the in-memory server knows, and how it finds, changes and tells it. */
export function createWorld(options: FakeOptions) {
  const now = options.now ?? Date.now;
  const born = now();
  const people = options.empty ? [] : PEOPLE.map((script, n) => fakeThread(script, n, born));
  const crowd = options.crowd ?? 0;
  const made = new Map<number, FakeThread>(people.map((thread, n) => [n, thread]));
  const records = new Map<string, ConsentRecord[]>();
  const requests = new Map<string, ConsentRequest[]>();
  /** Contacts that were deleted, or are part of another one. */
  const gone = new Set<string>();
  const replies = [...(options.quickReplies ?? QUICK_REPLIES)];
  const calls: FakeClient['calls'] = [];
  const failures = new Map<string, { failure: Failure; times: number }>();
  const listeners = new Set<(signal: FeedSignal) => void>();
  const me: Me = { ...fakeMe(born), ...options.me };
  const long = options.longThread ?? 0;
  const feed: { state: FeedState } = { state: 'live' };
  let counter = 0;
  let extra = people.length + crowd;

  const nextNumber = () => (counter += 1);
  const addThread = (script: Script): FakeThread => {
    const thread = fakeThread(script, extra, now());
    made.set(extra, thread);
    extra += 1;
    return thread;
  };
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
  /** Everything that was ever emitted: the log. */
  const happened: FeedEvent[] = [];
  const emit: FakeClient['emit'] = (given) => {
    const event: FeedEvent = {
      id: fakeId('9', nextNumber()),
      at: new Date(now()).toISOString(),
      contact_id: null,
      actor: null,
      data: {},
      message: null,
      conversation: null,
      ...given,
    };
    happened.push(event);
    tell({ kind: 'event', event });
  };
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

  /** Who is in a segment; told by those who keep them. */
  /** Whom a job is about, and who of them comes into a workflow; told by those who keep them. */
  const jobsAbout = { of: (_target: JobTarget): Contact[] => [] };
  const workflowsTake = { of: (_workflow: string, contacts: readonly Contact[]): Contact[] => [...contacts] };
  const segmentsHold = { of: (_segment: string, _contact: Contact): boolean => false };
  const matches = (
    query: ListConversationsQuery,
    { contact, conversation, messages }: FakeThread,
  ): boolean => {
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
    if (query.segment && !segmentsHold.of(query.segment, contact)) return false;
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
    now,
    born,
    people,
    made,
    records,
    requests,
    gone,
    replies,
    calls,
    failures,
    listeners,
    me,
    long,
    at,
    numberOf,
    missing,
    find,
    holder,
    tell,
    emit,
    announce,
    store,
    answer,
    matches,
    segmentsHold,
    jobsAbout,
    workflowsTake,
    inOrder,
    counts,
    changed,
    changeMessage,
    feed,
    happened,
    nextNumber,
    addThread,
    /** Everybody there is, made or not. */
    size: () => extra,
    /** One of them, without keeping one of a crowd whom nobody has touched: a million would fill the memory. */
    peek: (n: number): FakeThread => made.get(n) ?? (crowd > 5_000 ? crowdThread(n, born) : at(n)),
  };
}
