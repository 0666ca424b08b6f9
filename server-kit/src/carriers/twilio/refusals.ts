/**
 * What to do about Twilio's error codes, at the API and in status callbacks.
 *
 * Twilio splits codes over time and asks not to hard-code logic on them, so the table maps to a few actions and
 * everything unknown gets a default by where it came from. Sources: twilio.com/docs/api/errors/<code>.
 */
import type { Refusal, RefusalAction } from '../carrier.ts';

const giveUp = (retryable: boolean): RefusalAction => ({ kind: 'give_up', retryable });
const again = (seconds: number, times: number): RefusalAction => ({ kind: 'retry', seconds, times });
const pause = (seconds: number | null): RefusalAction => ({ kind: 'pause_sender', seconds });
const optOut: RefusalAction = { kind: 'opt_out' };

const HOUR = 3600;

/** code → what the agent reads, and the action. */
const TABLE: Record<string, [reason: string, action: RefusalAction]> = {
  20003: ['The carrier refused our credentials. A manager must check the account’s keys.', pause(null)],
  20404: [
    'The carrier does not know this account or number any more. A manager must check it.',
    giveUp(true),
  ],
  20429: ['The carrier is busy. It is tried again by itself.', again(2, 8)],
  21211: ['This is not a number that can be texted. Check it for a typing mistake.', giveUp(false)],
  21265: ['Short codes cannot be texted.', giveUp(false)],
  21266: ['A number cannot text itself.', giveUp(false)],
  21268: ['Premium numbers cannot be texted.', giveUp(false)],
  21408: [
    'Texts to this country are switched off. A manager can allow it in the carrier’s settings.',
    giveUp(true),
  ],
  21606: ['Our number cannot send texts. A manager must check it with the carrier.', pause(null)],
  21659: ['Our number does not belong to the carrier’s account. A manager must check it.', pause(null)],
  21660: ['Our number belongs to another account at the carrier. A manager must check it.', pause(null)],
  21661: ['Our number cannot send texts. A manager must check it with the carrier.', pause(null)],
  21608: ['The carrier’s trial account may only text verified numbers.', giveUp(true)],
  21610: ['This person has opted out at the carrier. Only a START from their phone lifts it.', optOut],
  21611: ['Our number has too much waiting at the carrier. It is tried again by itself.', pause(600)],
  21612: ['The carrier cannot reach this number from ours.', giveUp(true)],
  21614: ['This number cannot receive texts; it is probably a landline. Call instead.', giveUp(false)],
  21635: ['This number is a landline and cannot receive texts. Call instead.', giveUp(false)],
  21617: ['The text is longer than the 1,600 characters that a carrier takes. Shorten it.', giveUp(false)],
  // about files: trying again sends files of the library as links (`messaging/attach.ts`)
  11751: ['The attachment is too large for a text. Send it as a link.', giveUp(true)],
  12300: ['The carrier does not take files of this type. Send it as a link.', giveUp(true)],
  21620: ['The attachment’s address cannot be used. Send it as a link.', giveUp(true)],
  21623: ['There are too many attachments, or one is too large. Send them as links.', giveUp(true)],
  30019: ['The attachment is too large for this person’s carrier. Send it as a link.', giveUp(true)],
  63019: ['The carrier could not fetch the attachment. Send it as a link.', giveUp(true)],
  21703: ['There is no number to send from. A manager must add one.', giveUp(true)],
  21704: ['There is no number to send from. A manager must add one.', giveUp(true)],
  21705: ['The carrier’s messaging service is not valid. A manager must check it.', giveUp(true)],
  30001: ['The carrier’s queue was full. It is tried again by itself.', again(60, 5)],
  30002: ['The carrier has suspended the account. A manager must contact the carrier.', pause(null)],
  30003: ['The phone cannot be reached; it may be switched off. It is tried once more.', again(2 * HOUR, 1)],
  30004: ['This number blocks our texts.', giveUp(false)],
  30005: ['This number is unknown or no longer in use.', giveUp(true)],
  30006: ['This number is a landline or its carrier cannot be reached. Call instead.', giveUp(false)],
  30007: ['The carrier filtered this text as unwanted. Change the words before you try again.', giveUp(true)],
  30008: ['The carrier could not deliver it and does not say why. It is tried once more.', again(60, 1)],
  30010: ['The text would cost more than the set maximum.', giveUp(true)],
  30011: ['This person’s carrier does not take pictures or files. Send a link.', giveUp(true)],
  30017: ['The carrier’s network is congested. It is tried again by itself.', again(120, 4)],
  30022: ['Our number has reached its rate limit. It is tried again by itself.', again(60, 8)],
  30023: [
    'Our number has reached its daily limit. It goes out when the limit is lifted.',
    again(6 * HOUR, 4),
  ],
  30024: ['Our number is not registered yet. It goes out when the carrier has registered it.', pause(null)],
  30027: [
    'Our brand has reached its daily limit with this carrier. It goes out after midnight Pacific.',
    again(6 * HOUR, 4),
  ],
  30032: ['Our toll-free number is not verified yet. A manager must complete the verification.', pause(null)],
  30033: ['Our registration was suspended. A manager must contact the carrier.', pause(null)],
  30034: ['Our number is not registered for business texting. A manager must register it.', pause(null)],
  30035: ['Our number is not set up yet. It goes out when the carrier is ready.', pause(null)],
  30036: ['It could not be delivered in time.', giveUp(true)],
  30410: ['The person’s carrier did not answer in time. It is tried again by itself.', again(120, 4)],
  30450: [
    'The carrier is holding texts to this area for a while. It is tried again by itself.',
    again(1800, 4),
  ],
};

/** Reads a refusal of the API. `status` is HTTP's. */
export function apiRefusal(code: number | string | undefined, status: number): Refusal {
  const known = lookUp(code);
  if (known) return known;
  if (status === 429) return lookUp(20429)!;
  if (status === 401 || status === 403) return { ...lookUp(20003)!, code: String(code ?? status) };
  return {
    code: String(code ?? `http_${status}`),
    reason: 'The carrier refused this text. Check the number and the words, then try again.',
    action: giveUp(true),
  };
}

/** What is said of calls where the table speaks of texts. https://www.twilio.com/docs/api/errors */
const CALLS: Record<string, [reason: string, action: RefusalAction]> = {
  10004: ['Too many calls are under way at the carrier. It is tried again by itself.', again(30, 20)],
  13223: ['This is not a number that can be called. Check it for a typing mistake.', giveUp(false)],
  13224: ['This is not a number that can be called. Check it for a typing mistake.', giveUp(false)],
  13227: [
    'Calls to this country are switched off. A manager can allow it in the carrier’s settings.',
    giveUp(true),
  ],
  21210: ['Our number cannot place calls. A manager must check it with the carrier.', giveUp(true)],
  21211: ['This is not a number that can be called. Check it for a typing mistake.', giveUp(false)],
  21212: ['Our number cannot place calls. A manager must check it with the carrier.', giveUp(true)],
  21214: ['This number cannot be reached. Check it for a typing mistake.', giveUp(true)],
  21215: [
    'Calls to this country are switched off. A manager can allow it in the carrier’s settings.',
    giveUp(true),
  ],
  21216: ['The carrier does not call this number.', giveUp(false)],
  21219: ['The carrier’s trial account may only call verified numbers.', giveUp(true)],
  22005: ['Too many calls wait at the carrier. It is tried again by itself.', again(600, 5)],
};

/** Reads a refusal of a call, of which `refusal` was made as if it were a text's. */
export function callFailure(refusal: Refusal): Refusal {
  const known = CALLS[refusal.code];
  if (known) return { code: refusal.code, reason: known[0], action: known[1] };
  if (refusal.action.kind === 'retry' || refusal.code === '20003') return refusal;
  return {
    code: refusal.code,
    reason: 'The carrier refused this call. Check the number, then try again.',
    action: giveUp(true),
  };
}

/** Reads the failure of a message that had been accepted. */
export function callbackRefusal(code: string | null): Refusal | null {
  if (code === null) return null;
  return (
    lookUp(code) ?? {
      code,
      reason: 'The carrier could not deliver this text. Try again, or call.',
      action: giveUp(true),
    }
  );
}

function lookUp(code: number | string | undefined): Refusal | undefined {
  const entry = code === undefined ? undefined : TABLE[String(code)];
  return entry && { code: String(code), reason: entry[0], action: entry[1] };
}
