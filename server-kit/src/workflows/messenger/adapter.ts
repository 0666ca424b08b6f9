import type { OutsideAnswer, OutsideRequest } from '../../net/request.ts';

export interface MessengerMessage {
  tenant: string;
  /** The contact’s id with the page (PSID). */
  to: string;
  text: string;
}

export type MessengerResult =
  | { kind: 'accepted'; id: string | null }
  /** For the moment. */
  | { kind: 'later'; reason: string }
  | { kind: 'refused'; reason: string };

/**
 * What Messenger is reached by. It only says what to ask and what an answer means: the request leaves through the outbox of requests,
 * so a crash loses none. Messenger has no key against doubles, so one whose answer is lost may come twice.
 */
export interface MessengerAdapter {
  name: string;
  /** The host has put a stand-in on this machine or network. Default: only addresses on the Internet. */
  privately?: boolean;
  request(message: MessengerMessage): Promise<Pick<OutsideRequest, 'url' | 'method' | 'headers' | 'body'>>;
  read(answer: OutsideAnswer): MessengerResult;
}
