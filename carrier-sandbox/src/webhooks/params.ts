/** The parameters Twilio sends, by their exact names. */
import { dlrDate } from '../dates.ts';
import { errorMessage } from '../errors.ts';
import { placeOf } from '../numbers.ts';
import type { Message } from '../records.ts';
import type { Params } from './sender.ts';

const API_VERSION = '2010-04-01';

/** https://www.twilio.com/docs/messaging/guides/webhook-request */
export function inboundParams(
  message: Message,
  mediaUrl: (sid: string) => string,
  optOutType?: string,
): Params {
  const from = placeOf(message.from ?? '');
  const to = placeOf(message.to);
  const params: Params = {
    ToCountry: to.country,
    ToState: to.state,
    SmsMessageSid: message.sid,
    NumMedia: String(message.media.length),
    ToCity: to.city,
    FromZip: from.zip,
    SmsSid: message.sid,
    FromState: from.state,
    SmsStatus: 'received',
    FromCity: from.city,
    Body: message.body.toWellFormed(),
    FromCountry: from.country,
    To: message.to,
    ToZip: to.zip,
    NumSegments: String(message.segments),
    ReferralNumMedia: '0',
    MessageSid: message.sid,
    AccountSid: message.accountSid,
    From: message.from ?? '',
    ApiVersion: API_VERSION,
  };
  if (message.serviceSid !== null) params['MessagingServiceSid'] = message.serviceSid;
  if (optOutType !== undefined) params['OptOutType'] = optOutType;
  message.media.forEach((media, at) => {
    params[`MediaContentType${at}`] = media.contentType;
    params[`MediaUrl${at}`] = mediaUrl(media.sid);
  });
  return params;
}

/** https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks */
export function statusParams(message: Message, now: number): Params {
  const params: Params = {
    SmsSid: message.sid,
    SmsStatus: message.status,
    MessageStatus: message.status,
    To: message.to,
    MessageSid: message.sid,
    AccountSid: message.accountSid,
    From: message.from ?? '',
    ApiVersion: API_VERSION,
  };
  if (message.serviceSid !== null) params['MessagingServiceSid'] = message.serviceSid;
  if (message.errorCode !== null) {
    params['ErrorCode'] = String(message.errorCode);
    params['ErrorMessage'] = errorMessage(message.errorCode) ?? '';
  }
  if (message.status === 'delivered' || message.status === 'undelivered')
    params['RawDlrDoneDate'] = dlrDate(now);
  return params;
}
