import { Composer } from './elements/composer/composer.ts';
import { ContactPanel } from './elements/contact-panel/contact-panel.ts';
import { ConversationList } from './elements/conversation-list/conversation-list.ts';
import { Inbox } from './elements/inbox/inbox.ts';
import { Provider } from './elements/provider/provider.ts';
import { Thread } from './elements/thread/thread.ts';
import { UnreadCount } from './elements/unread-count/unread-count.ts';
import { Timeline } from './elements/timeline/timeline.ts';
import { ConsentLog } from './elements/consent-log/consent-log.ts';
import { Contacts } from './elements/contacts/contacts.ts';
import { SegmentBuilder } from './elements/segment-builder/segment-builder.ts';
import { Pipeline } from './elements/pipeline/pipeline.ts';
import { Notifications } from './elements/notifications/notifications.ts';
import { MediaLibrary } from './elements/media-library/media-library.ts';
import { SendVideo } from './elements/send-video/send-video.ts';
import { EnrollmentStatus } from './elements/enrollment-status/enrollment-status.ts';
import { WorkflowList } from './elements/workflow-list/workflow-list.ts';
import { register, type ElementClass } from './register.ts';

/** Provider first: an element that is upgraded after it finds it at once. */
const ALL: readonly ElementClass[] = [
  Provider,
  ConversationList,
  Thread,
  Composer,
  ContactPanel,
  Inbox,
  UnreadCount,
  Timeline,
  ConsentLog,
  Contacts,
  SegmentBuilder,
  Pipeline,
  Notifications,
  MediaLibrary,
  SendVideo,
  EnrollmentStatus,
  WorkflowList,
];

export type ElementName =
  | 'provider'
  | 'conversation-list'
  | 'thread'
  | 'composer'
  | 'contact-panel'
  | 'inbox'
  | 'unread-count'
  | 'timeline'
  | 'consent-log'
  | 'contacts'
  | 'segment-builder'
  | 'pipeline'
  | 'notifications'
  | 'media-library'
  | 'send-video'
  | 'enrollment-status'
  | 'workflow-list';

export interface DefineOptions {
  /** What the tags begin with: `acme` gives `<acme-inbox>`. */
  prefix: string;
  /** Only these. Default: all. The inbox needs the four that it is made of. */
  elements?: readonly ElementName[];
}

/** Registers the elements under a name of your own. Nothing is registered by importing this module. */
export function define({ prefix, elements }: DefineOptions): void {
  register(
    prefix,
    elements ? ALL.filter(({ elementName }) => elements.includes(elementName as ElementName)) : ALL,
  );
}
