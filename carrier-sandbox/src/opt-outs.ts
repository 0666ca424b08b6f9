/**
 * The carrier's own STOP list, kept whether or not the host keeps one.
 *
 * A refusal holds between a phone and a *scope*: the messaging service whose pool the number is in, else the number.
 * The whole message must equal a keyword. Toll-free numbers are blocked by the network and cannot switch this off.
 * https://help.twilio.com/articles/223134027
 */
import { isTollFree } from './segments.ts';
import { optOutId, type Store } from './store.ts';
import type { Clock } from './clock.ts';
import type { OwnedNumber } from './records.ts';

type OptOutType = 'STOP' | 'START' | 'HELP';

const STOP = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const START = new Set(['START', 'YES', 'UNSTOP']);
const HELP = new Set(['HELP', 'INFO']);

const REPLIES: Record<OptOutType, string> = {
  STOP: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  START:
    'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  HELP: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
};
const TOLL_FREE_STOP =
  'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. Text back "unstop" to receive messages again.';
const TOLL_FREE_START =
  'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.';

interface KeywordOutcome {
  /** What Twilio answers the phone by itself. */
  reply: string | null;
  /** What the webhook is told; only with advanced handling. */
  optOutType: OptOutType | undefined;
}

export interface OptOuts {
  blocked(accountSid: string, number: OwnedNumber, phone: string): boolean;
  blockedByService(accountSid: string, serviceSid: string, phone: string): boolean;
  /** Reads what a phone wrote to a number, and keeps the list accordingly. */
  read(number: OwnedNumber, phone: string, body: string): KeywordOutcome;
}

function keywordOf(body: string): OptOutType | undefined {
  const word = body.trim().toUpperCase();
  if (STOP.has(word)) return 'STOP';
  if (START.has(word)) return 'START';
  return HELP.has(word) ? 'HELP' : undefined;
}

export function createOptOuts({ store, clock }: { store: Store; clock: Clock }): OptOuts {
  const has = (accountSid: string, scope: string, phone: string): boolean =>
    store.optouts.has(optOutId(accountSid, scope, phone));

  const scopesOf = (number: OwnedNumber): string[] => {
    const service = store.serviceOf(number.sid);
    return service ? [service.sid, number.phoneNumber] : [number.phoneNumber];
  };

  const blocked = (accountSid: string, number: OwnedNumber, phone: string): boolean =>
    scopesOf(number).some((scope) => has(accountSid, scope, phone));

  return {
    blocked,
    blockedByService: (accountSid, serviceSid, phone) => has(accountSid, serviceSid, phone),
    read(number, phone, body) {
      const type = keywordOf(body);
      const tollFree = isTollFree(number.phoneNumber);
      const handling = (store.serviceOf(number.sid) ?? number).optOutHandling;
      if (!type || (handling === 'off' && !tollFree)) return { reply: null, optOutType: undefined };
      const optOutType = handling === 'advanced' ? type : undefined;
      if (type === 'HELP') return { reply: tollFree && handling === 'off' ? null : REPLIES.HELP, optOutType };

      const was = blocked(number.accountSid, number, phone);
      const keyword = body.trim().toUpperCase();
      if (type === 'STOP') {
        if (was) return { reply: null, optOutType };
        const scope = scopesOf(number)[0]!;
        store.put('optout', { accountSid: number.accountSid, scope, phone, keyword, at: clock.now() });
        return { reply: tollFree ? TOLL_FREE_STOP : REPLIES.STOP, optOutType };
      }
      for (const scope of scopesOf(number)) {
        const id = optOutId(number.accountSid, scope, phone);
        if (store.optouts.has(id)) store.drop('optout', id);
      }
      // "Yes" is a word people answer with: it speaks to the carrier only when there is a refusal to lift.
      if (keyword === 'YES' && !was) return { reply: null, optOutType: undefined };
      return { reply: tollFree ? TOLL_FREE_START : REPLIES.START, optOutType };
    },
  };
}
