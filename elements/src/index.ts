/** Classes, stores and client; nothing is registered. See `define` for that, or the entries such as `./inbox`. */
export { Composer } from './elements/composer/composer.ts';
export { ContactPanel } from './elements/contact-panel/contact-panel.ts';
export { ConversationList } from './elements/conversation-list/conversation-list.ts';
export { Inbox } from './elements/inbox/inbox.ts';
export { Provider } from './elements/provider/provider.ts';
export { Thread } from './elements/thread/thread.ts';
export { UnreadCount } from './elements/unread-count/unread-count.ts';
export { Timeline } from './elements/timeline/timeline.ts';
export { ConsentLog } from './elements/consent-log/consent-log.ts';
export { Pipeline } from './elements/pipeline/pipeline.ts';
export { BaseElement, type Density, type Theme } from './internal/base-element.ts';
export { ElementEvent, type ElementEventName, type ElementEvents } from './internal/events.ts';
export { define, type DefineOptions, type ElementName } from './define.ts';
export { addLocale } from './words/locales.ts';
export type { Plural, Word, WordKey, Words } from './words/en.ts';
export { I18n } from './words/i18n.ts';
export * from './client/index.ts';
export * from './stores/index.ts';
