export { asFirstMessage, type Business } from './first-message.ts';
export { opening, type SendWindow } from './hours.ts';
export { readKeyword, type Reading } from './keywords.ts';
export { lockConsent, recordConsent, type ConsentChange } from './ledger.ts';
export { CONSENT_COLUMNS, readConsentLog } from './log.ts';
export { consentReplies } from './replies.ts';
export { markAnswered, questionsTo, type Sender } from './requests.ts';
