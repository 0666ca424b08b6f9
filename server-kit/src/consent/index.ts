export { asFirstMessage, type Business } from './first-message.ts';
export { readKeyword, type Reading } from './keywords.ts';
export { lockConsent, recordConsent, type ConsentChange } from './ledger.ts';
export { consentReplies } from './replies.ts';
