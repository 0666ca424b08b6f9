import type {
  Brand,
  ContactField,
  Conversation,
  FeedEvent,
  Me,
  Message,
  Notification,
  QuickReply,
} from '@patchbay/server-kit/contract';
import type { FeedState, PatchbayClient } from '../client/types.ts';

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
  /** So many cards more on the first stage. Default 0; null: no pipeline at all. */
  cards?: number | null;
  /** The account's own fields of a contact. Default: none. */
  contactFields?: ContactField[];
  /** So many notifications of every kind; those behind the fourth were read. Default 0. */
  notifications?: number;
  /** So many workflows, at most 3. Default 3; the first contact is in the first one. */
  workflows?: number;
  /** The first contact's run is paused, and its time has come meanwhile. */
  cameDue?: boolean;
  /** So many failed steps in the first of them. Default 4. */
  failures?: number;
  /** So many files in the library. Default 0. */
  assets?: number;
}

export type Method = Exclude<keyof PatchbayClient, 'feed'>;
export type Failure = Error | 'network' | 'hang' | null;

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
  /** The files of a message that were still arriving are there, or are not to be had. */
  arrive(messageId: string, media: Message['media']): void;
  /** The carrier reports. */
  report(messageId: string, status: Message['status'], error?: Message['error']): void;
  /** Changes a conversation as another member would, and tells of it. */
  change(conversationId: string, patch: Partial<Conversation>): void;
  /** Tells the member of something. */
  notify(notification: Partial<Notification>): void;
  /** The ids of the named people's conversations, in the order of the fixtures. */
  readonly conversationIds: readonly string[];
  readonly listeners: number;
}
