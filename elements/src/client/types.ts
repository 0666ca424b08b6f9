import type {
  Asset,
  AssetLink,
  AssetView,
  Board,
  BoardQuery,
  Brand,
  BulkAction,
  ConsentHistory,
  ConsentRequest,
  Contact,
  ContactField,
  ContactMerge,
  ContactsFound,
  ContactUnmerge,
  Conversation,
  ConversationCounts,
  CreateContact,
  CreateLink,
  CreateSegment,
  CreateNote,
  CreateOpportunity,
  CreatePipeline,
  CreateTask,
  CreateUpload,
  Duplicates,
  EditMessage,
  FeedEvent,
  ImportDetails,
  ImportPreview,
  Job,
  JobTarget,
  ListAssetsQuery,
  ListConversationsQuery,
  ListNotesQuery,
  ListTasksQuery,
  ListViewsQuery,
  Me,
  Message,
  MessagePage,
  MoveOpportunity,
  Note,
  NotificationPage,
  Opportunity,
  Page,
  PreferenceLink,
  PreviewSegment,
  Pipeline,
  QuickReply,
  RecordConsent,
  RequestConsent,
  SearchContacts,
  Segment,
  SegmentPreview,
  SendMessage,
  StartImportRequest,
  StageCardsQuery,
  Task,
  TimelinePage,
  TimelineQuery,
  UpdateAsset,
  UpdateContact,
  UpdateConversation,
  UpdateOpportunity,
  UpdatePipeline,
  UpdateSegment,
  UpdateTask,
  Upload,
} from '@patchbay/server-kit/contract';
import type { WorkflowClient } from './workflows.ts';

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
export type CountsQuery = Pick<ListConversationsQuery, 'assignee' | 'channel' | 'tag' | 'segment'>;
export interface ContactQuery {
  q?: string;
  tag?: string;
  after?: string;
  limit?: number;
}
export interface NotificationQuery {
  after?: string;
  limit?: number;
}
export type CreateQuickReply = Omit<QuickReply, 'id'> & { id?: string };

/** What is to be done to many people. The same `id` is the same job. */
export interface StartJob {
  id?: string;
  target: JobTarget;
  action: BulkAction;
}
export interface StartExport {
  id?: string;
  subject: 'contacts' | 'messages' | 'calls' | 'consent' | 'audit';
  format?: 'csv' | 'jsonl';
  target?: JobTarget;
}

export interface RequestOptions {
  signal?: AbortSignal;
}

export interface SendBytesOptions extends RequestOptions {
  /** How many bytes the server has. */
  onProgress?: (sent: number) => void;
}

/** Everything that the elements ask of a server. Implement it to bring your own transport, or a fake in tests. */
export interface PatchbayClient extends WorkflowClient {
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
  /** By filter and words, in one of the orders that the server can read far into. */
  searchContacts(query?: SearchContacts, options?: RequestOptions): Promise<ContactsFound>;
  /** With conversations and messages; opt-outs stay. */
  deleteContact(id: string): Promise<void>;
  /** Who may be the same person, and why. */
  listDuplicates(id: string, options?: RequestOptions): Promise<Duplicates>;
  /** The contact `other` becomes part of `id`. */
  mergeContacts(id: string, other: string): Promise<ContactMerge>;
  undoMerge(mergeId: string): Promise<ContactUnmerge>;
  /** The account's own fields of a contact, in their order. */
  listContactFields(options?: RequestOptions): Promise<ContactField[]>;
  /** What was agreed to and withdrawn, and what waits for an answer. */
  listConsent(contactId: string, options?: RequestOptions): Promise<ConsentHistory>;
  recordConsent(contactId: string, record: RecordConsent): Promise<Contact>;
  /** Asks with one text; `asked_already` within a day. */
  requestConsent(contactId: string, request: RequestConsent): Promise<ConsentRequest>;
  /** The page on which this person decides what they get. */
  createPreferenceLink(contactId: string): Promise<PreferenceLink>;
  /** Without a cursor the newest page, with what is coming. */
  getTimeline(contactId: string, query?: TimelineQuery, options?: RequestOptions): Promise<TimelinePage>;
  listSegments(options?: RequestOptions): Promise<Segment[]>;
  getSegment(id: string, options?: RequestOptions): Promise<Segment>;
  createSegment(segment: CreateSegment): Promise<Segment>;
  /** With `version`, the server refuses (412 `edited_elsewhere`) when someone else was faster. */
  updateSegment(id: string, patch: UpdateSegment, version?: number): Promise<Segment>;
  deleteSegment(id: string): Promise<void>;
  /** How many a filter finds, and the newest of them. */
  previewSegment(query: PreviewSegment, options?: RequestOptions): Promise<SegmentPreview>;
  startJob(job: StartJob): Promise<Job>;
  startExport(job: StartExport): Promise<Job>;
  getJob(id: string, options?: RequestOptions): Promise<Job>;
  cancelJob(id: string): Promise<Job>;
  /** A CSV file, as it is; waits on the server for what its columns are. */
  uploadImport(file: Blob, options?: RequestOptions & { name?: string }): Promise<ImportDetails>;
  getImport(id: string, options?: RequestOptions): Promise<ImportDetails>;
  /** What would become of the first rows. */
  previewImport(id: string, settings: StartImportRequest, options?: RequestOptions): Promise<ImportPreview>;
  startImport(id: string, settings: StartImportRequest): Promise<Job>;
  /** The first question makes one to begin with. */
  listPipelines(options?: RequestOptions): Promise<Pipeline[]>;
  createPipeline(pipeline: CreatePipeline): Promise<Pipeline>;
  /** All stages at once: one that is left out is deleted. */
  updatePipeline(id: string, patch: UpdatePipeline, version?: number): Promise<Pipeline>;
  /** Refused with `stage_in_use` while there are cards. */
  deletePipeline(id: string): Promise<void>;
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
  updateOpportunity(id: string, patch: UpdateOpportunity, version?: number): Promise<Opportunity>;
  deleteOpportunity(id: string): Promise<void>;
  listTasks(query?: ListTasksQuery, options?: RequestOptions): Promise<Page<Task>>;
  createTask(task: CreateTask): Promise<Task>;
  updateTask(id: string, patch: UpdateTask): Promise<Task>;
  listNotes(contactId: string, query?: ListNotesQuery, options?: RequestOptions): Promise<Page<Note>>;
  addNote(contactId: string, note: CreateNote): Promise<Note>;
  updateNote(id: string, text: string): Promise<Note>;
  deleteNote(id: string): Promise<void>;
  /** What this member is told, newest first. */
  listNotifications(query?: NotificationQuery, options?: RequestOptions): Promise<NotificationPage>;
  /** Without ids: all. Answers how many are left. */
  readNotifications(ids?: string[]): Promise<{ unread: number }>;
  listQuickReplies(options?: RequestOptions): Promise<QuickReply[]>;
  createQuickReply(reply: CreateQuickReply): Promise<QuickReply>;
  deleteQuickReply(id: string): Promise<void>;
  /** Newest first. */
  listAssets(query?: ListAssetsQuery, options?: RequestOptions): Promise<Page<Asset>>;
  getAsset(id: string, options?: RequestOptions): Promise<Asset>;
  /** With `version`, the server refuses (412 `edited_elsewhere`) when someone else was faster. */
  updateAsset(id: string, patch: UpdateAsset, version?: number): Promise<Asset>;
  /** Refused with `asset_in_use` while something sends it, unless it is forced. */
  deleteAsset(id: string, force?: boolean): Promise<void>;
  /** Says what comes. Safe to repeat: the same `id` is the same upload. */
  createUpload(upload: CreateUpload): Promise<Upload>;
  getUpload(id: string, options?: RequestOptions): Promise<Upload>;
  /** Sends what the server does not have yet. Aborted, it keeps what it has, and a next call goes on there. */
  sendBytes(uploadId: string, bytes: Blob, options?: SendBytesOptions): Promise<void>;
  cancelUpload(id: string): Promise<void>;
  listAssetLinks(assetId: string, options?: RequestOptions): Promise<Page<AssetLink>>;
  createAssetLink(assetId: string, link?: CreateLink): Promise<AssetLink>;
  /** Whoever has it finds nothing from now on. */
  revokeLink(id: string): Promise<void>;
  listAssetViews(assetId: string, query?: ListViewsQuery, options?: RequestOptions): Promise<Page<AssetView>>;
}
