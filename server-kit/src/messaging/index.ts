export { enqueueMessages, type NewMessage } from './outbox.ts';
