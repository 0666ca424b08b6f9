export { feedEnricher } from './feed.ts';
export { isWaiting, messagesById, messagesWaitingFor, toMessage, type MessageRow } from './wire.ts';
export { webhookRoutes } from './webhooks.ts';
