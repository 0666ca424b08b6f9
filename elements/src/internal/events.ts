import type {
  Asset,
  Contact,
  Conversation,
  Filter,
  Message,
  Opportunity,
  Segment,
  SendMessage,
} from '@patchbay/server-kit/contract';

/** What the elements tell their host: the name of each event, and its detail. */
export interface ElementEvents {
  /** Someone chose a conversation. Cancel it to open it yourself. */
  'conversation-open': { conversationId: string; conversation: Conversation | undefined };
  /** The conversation was left, on one column by the back button. */
  'conversation-close': { conversationId: string };
  /** Someone asked for a new message. Cancel it to offer your own way to pick a person. */
  'message-new': Record<string, never>;
  /** Someone wants to see the contact. Cancel it to show your own page instead of the panel. */
  'contact-open': { contactId: string; conversationId: string | null };
  /** Someone wants to write to a contact. Cancel it, and open the conversation, or a new message. */
  'message-start': { contactId: string; conversationId: string | null; phone: string | null };
  /** Someone wants to call a contact. Not canceled, the browser dials as it does for any `tel:` link. */
  'call-start': { contactId: string; phone: string };
  /** The server has moved a card. */
  'card-moved': { opportunity: Opportunity; fromStageId: string };
  /** A contact was changed in the panel. */
  'contact-change': { contact: Contact };
  /** A contact was deleted in the panel. */
  'contact-delete': { contactId: string };
  /** A contact was added in the table. */
  'contact-add': { contact: Contact };
  /** Someone wants to import people. */
  'contacts-import': Record<string, never>;
  /** What a filter finds was changed by hand. Null: everybody. */
  'filter-change': { filter: Filter | null };
  /** A segment was made or changed. */
  'segment-save': { segment: Segment };
  /** A segment was deleted. */
  'segment-delete': { segmentId: string };
  /** A text is about to be sent. Cancel it to stop it: the text stays in the composer. */
  'message-send': {
    message: Pick<
      SendMessage,
      'body' | 'media_urls' | 'assets' | 'send_at' | 'to' | 'contact_id' | 'conversation_id'
    >;
  };
  /** The server has a text. */
  'message-sent': { message: Message };
  /** A link in a message was clicked. Cancel it to open it yourself. */
  'link-open': { url: string; messageId: string };
  /** A picture was clicked. Cancel it to show it yourself. */
  'media-open': { url: string; contentType: string; messageId: string };
  /** A session token is wanted: answer with `event.detail.respond(token)`, or a promise of one. */
  'token-needed': {
    reason: 'first' | 'expiring' | 'refused';
    respond: (token: string | Promise<string>) => void;
  };
  /** The number of conversations with something unread. */
  'unread-change': { count: number };
  /** The number of unread notifications. */
  'notifications-change': { count: number };
  /** A file was chosen in a library with `selectable`. */
  'asset-select': { asset: Asset };
  /** A file of the library was opened. Cancel it to show it yourself. */
  'asset-open': { asset: Asset };
  /** Someone wants to send a file of the library: ask to whom. */
  'asset-send': { asset: Asset };
  /** The way out of a block was chosen, such as `consent` or `call`. */
  'block-action': { action: 'consent'; conversationId: string };
}
export type ElementEventName = keyof ElementEvents;

/** The events that a host may take over by `preventDefault()`. */
const CANCELABLE: ReadonlySet<ElementEventName> = new Set<ElementEventName>([
  'conversation-open',
  'message-new',
  'contact-open',
  'contacts-import',
  'message-send',
  'link-open',
  'media-open',
  'asset-open',
  'token-needed',
  'block-action',
]);

/** Composed and bubbling, always: a host listens on whatever is around the element. */
export class ElementEvent<N extends ElementEventName> extends CustomEvent<ElementEvents[N]> {
  constructor(name: N, detail: ElementEvents[N]) {
    super(name, { detail, bubbles: true, composed: true, cancelable: CANCELABLE.has(name) });
  }
}

type ElementEventMap = { [N in ElementEventName]: ElementEvent<N> };

declare global {
  // oxlint-disable-next-line typescript/no-empty-object-type -- an interface is what merges
  interface HTMLElementEventMap extends ElementEventMap {}
}
