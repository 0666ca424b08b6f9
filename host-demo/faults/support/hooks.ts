/** Webhooks as the carrier would send them, without a carrier: built and signed here. */
import { randomBytes } from 'node:crypto';
import { DEFAULT_ACCOUNT, signWebhook } from '@patchbay/carrier-sandbox';

export type Form = Record<string, string>;

export function newSid(): string {
  return `SM${randomBytes(16).toString('hex')}`;
}

export function inboundForm(text: { from: string; to: string; body?: string; sid?: string }): Form {
  const sid = text.sid ?? newSid();
  return {
    ToCountry: 'US',
    SmsMessageSid: sid,
    NumMedia: '0',
    SmsSid: sid,
    SmsStatus: 'received',
    Body: text.body ?? 'Hello',
    FromCountry: 'US',
    To: text.to,
    NumSegments: '1',
    MessageSid: sid,
    AccountSid: DEFAULT_ACCOUNT.sid,
    From: text.from,
    ApiVersion: '2010-04-01',
  };
}

export interface Hook {
  url: string;
  form: Form;
  /** Signs with another token, or what else than the form. */
  token?: string;
  signature?: string;
  headers?: Record<string, string>;
}

export function hookRequest({
  url,
  form,
  token = DEFAULT_ACCOUNT.authToken,
  signature,
  headers,
}: Hook): Request {
  return new Request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-twilio-signature': signature ?? signWebhook(token, url, form),
      ...headers,
    },
    body: new URLSearchParams(form).toString(),
  });
}
