import type {
  Board,
  BoardQuery,
  Brand,
  ConsentRecord,
  Contact,
  ContactField,
  Conversation,
  ConversationCounts,
  CreateContact,
  CreateNote,
  CreateOpportunity,
  CreatePipeline,
  CreateTask,
  EditMessage,
  FeedEvent,
  ListConversationsQuery,
  ListNotesQuery,
  ListTasksQuery,
  Me,
  Message,
  MessagePage,
  MoveOpportunity,
  Note,
  Opportunity,
  Page,
  Pipeline,
  QuickReply,
  SendMessage,
  StageCardsQuery,
  Task,
  TimelinePage,
  TimelineQuery,
  UpdateContact,
  UpdateConversation,
  UpdateTask,
} from '@patchbay/server-kit/contract';

/** Where the live feed stands. `offline`: the browser itself says that there is no network. */
export type FeedState = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'offline';

/** What a feed tells its listeners. `reset`: something may have been missed, load afresh. */
export type FeedSignal =
  { kind: 'event'; event: FeedEvent } | { kind: 'state'; state: FeedState } | { kind: 'reset' };

export interface Feed {
  readonly state: FeedState;
  /** The connection opens with the first listener and closes after the last has left. */
  listen(listener: (signal: FeedSignal) => void): () => void;
}

export interface MessageQuery {
  before?: string;
  after?: string;
  around?: string;
  q?: string;
  limit?: number;
}
export type CountsQuery = Pick<ListConversationsQuery, 'assignee' | 'channel' | 'tag'>;
export interface ContactQuery {
  q?: string;
  tag?: string;
  after?: string;
  limit?: number;
}
export interface RecordConsent {
  channel?: ConsentRecord['channel'];
  action: ConsentRecord['action'];
  wording?: string;
}
export type CreateQuickReply = Omit<QuickReply, 'id'> & { id?: string };

export interface RequestOptions {
  signal?: AbortSignal;
}

/** Everything that the elements ask of a server. Implement it to bring your own transport, or a fake in tests. */
export interface PatchbayClient {
  readonly feed: Feed;
  me(options?: RequestOptions): Promise<Me>;
  brand(options?: RequestOptions): Promise<Brand>;
  listConversations(query?: ListConversationsQuery, options?: RequestOptions): Promise<Page<Conversation>>;
  conversationCounts(query?: CountsQuery, options?: RequestOptions): Promise<ConversationCounts>;
  getConversation(id: string, options?: RequestOptions): Promise<Conversation>;
  updateConversation(id: string, patch: UpdateConversation): Promise<Conversation>;
  listMessages(conversationId: string, query?: MessageQuery, options?: RequestOptions): Promise<MessagePage>;
  /** Safe to repeat: the same `id` is the same message. */
  sendMessage(message: SendMessage): Promise<Message>;
  getMessage(id: string, options?: RequestOptions): Promise<Message>;
  editMessage(id: string, patch: EditMessage): Promise<Message>;
  cancelMessage(id: string): Promise<Message>;
  retryMessage(id: string): Promise<Message>;
  listContacts(query?: ContactQuery, options?: RequestOptions): Promise<Page<Contact>>;
  createContact(contact: CreateContact): Promise<Contact>;
  getContact(id: string, options?: RequestOptions): Promise<Contact>;
  /** With `version`, the server refuses (412 `edited_elsewhere`) when someone else was faster. */
  updateContact(id: string, patch: UpdateContact, version?: number): Promise<Contact>;
  /** The account's own fields of a contact, in their order. */
  listContactFields(options?: RequestOptions): Promise<ContactField[]>;
  listConsent(contactId: string, options?: RequestOptions): Promise<ConsentRecord[]>;
  recordConsent(contactId: string, record: RecordConsent): Promise<Contact>;
  /** Without a cursor the newest page, with what is coming. */
  getTimeline(contactId: string, query?: TimelineQuery, options?: RequestOptions): Promise<TimelinePage>;
  /** The first question makes one to begin with. */
  listPipelines(options?: RequestOptions): Promise<Pipeline[]>;
  createPipeline(pipeline: CreatePipeline): Promise<Pipeline>;
  /** Every stage with its count, its sums and its first cards. */
  getBoard(pipelineId: string, query?: BoardQuery, options?: RequestOptions): Promise<Board>;
  listStageCards(
    stageId: string,
    query?: StageCardsQuery,
    options?: RequestOptions,
  ): Promise<Page<Opportunity>>;
  createOpportunity(opportunity: CreateOpportunity): Promise<Opportunity>;
  /** Refused with `edited_elsewhere` when it is no longer on the stage `from`. */
  moveOpportunity(id: string, move: MoveOpportunity): Promise<Opportunity>;
  listTasks(query?: ListTasksQuery, options?: RequestOptions): Promise<Page<Task>>;
  createTask(task: CreateTask): Promise<Task>;
  updateTask(id: string, patch: UpdateTask): Promise<Task>;
  listNotes(contactId: string, query?: ListNotesQuery, options?: RequestOptions): Promise<Page<Note>>;
  addNote(contactId: string, note: CreateNote): Promise<Note>;
  updateNote(id: string, text: string): Promise<Note>;
  deleteNote(id: string): Promise<void>;
  listQuickReplies(options?: RequestOptions): Promise<QuickReply[]>;
  createQuickReply(reply: CreateQuickReply): Promise<QuickReply>;
  deleteQuickReply(id: string): Promise<void>;
}
