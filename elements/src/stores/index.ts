import './messaging.ts';
export { Store, type Loading } from './store.ts';
export { Stores, storesFor, type Attached } from './stores.ts';
export { contactOf, threadOf } from './opened.ts';
export { ConversationsStore, type ConversationFilter, type ConversationsOptions } from './conversations.ts';
export { ConversationCache } from './cache.ts';
export { ThreadStore, type Outgoing, type ThreadOptions } from './thread.ts';
export { isScheduled, newer, type ThreadItem } from './message-order.ts';
export { TimelineStore, timelineOf } from './timeline.ts';
export {
  PipelineStore,
  pipelineOf,
  type BoardFilter,
  type Column,
  type PipelineOptions,
  type Place,
} from './pipeline.ts';
export { ContactStore } from './contact.ts';
export { ContactWorkStore, contactWorkOf } from './contact-work.ts';
export { DraftsStore } from './drafts.ts';
export { Outbox } from './outbox.ts';
export { SessionStore } from './session.ts';
export { ContactListStore, type ContactListOptions, type ContactView } from './contact-list.ts';
export { JobsStore, type JobsOptions } from './jobs.ts';
export { contactList, segmentsOf } from './people.ts';
export { jobsOf } from './working.ts';
export { SegmentsStore } from './segments.ts';
export { Selection } from './selection.ts';
export { NotificationsStore, notificationsOf } from './notifications.ts';
export { UnreadStore } from './unread.ts';
export { safeStorage, type SafeStorage } from './storage.ts';
export { RunsStore, runsOf } from './runs.ts';
export { WorkflowsStore, workflowsOf, type OpenWorkflow } from './workflows.ts';
