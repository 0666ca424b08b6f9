/** The confirmations that a keyword is answered with, when the kit answers and not the carrier. */
import type { Keyword } from './keywords.ts';

/** `granted`: to whoever was asked and said yes. */
export type ConsentReplies = Record<Keyword | 'granted', string>;

/**
 * The tenant's own words, else plain ones that name the business. 47 CFR 64.1200(a)(12): one confirmation of an
 * opt-out is allowed, without marketing.
 */
export function consentReplies(tenantName: string, own: Partial<ConsentReplies> = {}): ConsentReplies {
  return {
    stop:
      own.stop ??
      `${tenantName}: you are unsubscribed and will get no more texts. Reply START to subscribe again.`,
    start: own.start ?? `${tenantName}: you are subscribed again. Reply STOP to opt out, HELP for help.`,
    granted:
      own.granted ??
      `${tenantName}: thank you, you will get our texts. Reply HELP for help, STOP to opt out. Msg & data rates may apply.`,
    help: own.help ?? `${tenantName}: reply here and we will answer. Reply STOP to opt out.`,
  };
}
