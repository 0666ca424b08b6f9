export { feedEnricher } from './feed.ts';
export { webhookRoutes } from './webhooks.ts';
