export { readKeyword, type Keyword, type Reading } from './keywords.ts';
export { lockConsent, recordConsent, type ConsentChange } from './ledger.ts';
export { consentReplies, type ConsentReplies } from './replies.ts';
