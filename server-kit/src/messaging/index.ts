export { enqueueMessages, type NewMessage } from './outbox.ts';
export { createSender } from './sender.ts';
export { feedEnricher } from './feed.ts';
export { webhookRoutes } from './webhooks.ts';
