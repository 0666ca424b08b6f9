/** Twilio as the kit's carrier, through its own SDK. The only file that knows Twilio's words is this folder. */
import twilio from 'twilio';
import { SetupError } from '../../errors.ts';
import { isUuid } from '../../ids.ts';
import { isPrivateHost } from '../../net/addresses.ts';
import { fetchFile } from '../fetch-file.ts';
import type {
  Carrier,
  CarrierRecord,
  InboundMessage,
  OutboundMessage,
  Rejection,
  SendOutcome,
  StatusReport,
  WebhookRequest,
} from '../carrier.ts';
import { TWILIO_MMS } from './mms.ts';
import { apiRefusal, callbackRefusal } from './refusals.ts';
import { twilioVoice } from './voice.ts';

export interface TwilioAccount {
  /** The primary auth token: Twilio signs webhooks with it, never with an API key's secret. */
  authToken: string;
  /** Left out: the account's token signs in too. */
  apiKeySid?: string;
  apiKeySecret?: string;
}

export interface TwilioOptions extends TwilioAccount {
  accountSid: string;
  /** Further accounts, for tenants who bring their own: by account sid, or a function that finds one. */
  accounts?:
    | Record<string, TwilioAccount>
    | ((accountSid: string) => TwilioAccount | undefined | Promise<TwilioAccount | undefined>);
  /** Where the API answers, for a stand-in. Left out: Twilio. */
  baseUrl?: string;
  /** Milliseconds for one API call. Default 10,000. */
  timeout?: number;
  /** Connections to the API from this process. Default 50; a drain starts no more calls than this at once. */
  maxSockets?: number;
  /** Calls that may be started in a second over one account. Default 1, which is what Twilio gives a new one. */
  callsPerSecond?: number;
}

/** Milliseconds for a file of some megabytes. */
const FILE_TIMEOUT = 60_000;

/** After this our side has given up for sure: the SDK's own time-out plus what a busy process may be late. */
const SETTLE_MARGIN = 2_000;

export function twilioCarrier(options: TwilioOptions): Carrier {
  if (!/^AC[0-9a-f]{32}$/i.test(options.accountSid)) {
    throw new SetupError(
      'twilioCarrier: accountSid must be the "AC…" of the Twilio console (34 characters).',
    );
  }
  if (!options.authToken) {
    throw new SetupError(
      'twilioCarrier: authToken is missing. Webhook signatures cannot be checked without it.',
    );
  }
  const timeout = options.timeout ?? 10_000;
  const clients = new Map<string, twilio.Twilio>();

  async function account(sid: string): Promise<TwilioAccount | undefined> {
    if (sid === options.accountSid) return options;
    const { accounts } = options;
    return typeof accounts === 'function' ? await accounts(sid) : accounts?.[sid];
  }

  async function client(sid: string): Promise<twilio.Twilio> {
    const known = clients.get(sid);
    if (known) return known;
    const credentials = await account(sid);
    if (!credentials) throw new SetupError(`twilioCarrier: there are no credentials for the account ${sid}.`);
    const made = connect(sid, credentials, { ...options, timeout });
    clients.set(sid, made);
    return made;
  }

  /** Checks a webhook's signature against the public URL; the answer is why not, or the form's fields. */
  async function verify({
    url,
    form,
    signature,
  }: WebhookRequest): Promise<Rejection | Record<string, string>> {
    if (!signature) return { rejected: 'the X-Twilio-Signature header is missing' };
    const sid = form.get('AccountSid');
    if (!sid) return { rejected: 'the form has no AccountSid' };
    const credentials = await account(sid);
    if (!credentials) return { rejected: `AccountSid ${sid} is not one of ours` };
    const fields = Object.fromEntries(form);
    let params: Record<string, string | string[]> = fields;
    if (form.size > Object.keys(fields).length) {
      // a field that comes twice is signed with all its values
      params = Object.fromEntries(Object.keys(fields).map((key) => [key, form.getAll(key)]));
    }
    if (!twilio.validateRequest(credentials.authToken, signature, url, params)) {
      return {
        rejected: `the signature does not match ${withoutQuery(url)}: is this the URL that Twilio calls (publicUrl), and the account's primary auth token?`,
      };
    }
    return fields;
  }

  return {
    name: 'twilio',
    defaultAccount: options.accountSid,
    sendTimeout: timeout + SETTLE_MARGIN,
    mms: TWILIO_MMS,
    voice: twilioVoice({
      callsPerSecond: options.callsPerSecond ?? 1,
      client,
      known: (sid) => clients.get(sid),
      verify,
      readFailure,
      plainError,
    }),

    async send(message: OutboundMessage, callbackBase: string): Promise<SendOutcome> {
      try {
        const api = clients.get(message.accountSid) ?? (await client(message.accountSid));
        const created = await api.messages.create({
          from: message.from,
          to: message.to,
          ...(message.body === '' ? {} : { body: message.body }),
          ...(message.mediaUrls.length === 0 ? {} : { mediaUrl: message.mediaUrls }),
          statusCallback: callbackUrl(message, callbackBase),
        });
        return { kind: 'accepted', sid: created.sid };
      } catch (error) {
        return readFailure(error);
      }
    },

    async find({ accountSid, from, to, since }): Promise<CarrierRecord[]> {
      const api = await client(accountSid);
      const found: CarrierRecord[] = [];
      // DateSent cannot narrow the question: it is empty until the carrier has sent. The list is newest first.
      await new Promise<void>((done, failed) => {
        api.messages.each({
          from,
          to,
          pageSize: 100,
          callback: (record, stop) => {
            if (record.dateCreated < since) stop();
            else found.push({ sid: record.sid, body: record.body ?? '', createdAt: record.dateCreated });
          },
          done: (error?: Error) => (error ? failed(plainError(error)) : done()),
        });
      });
      return found;
    },

    async readInbound(request): Promise<InboundMessage | Rejection> {
      const fields = await verify(request);
      if (isRejection(fields)) return fields;
      const sid = fields.MessageSid ?? fields.SmsSid;
      if (!sid || !fields.From || !fields.To) return { rejected: 'the form lacks MessageSid, From or To' };
      const media = Array.from({ length: Math.min(Number(fields.NumMedia) || 0, 20) }, (_, index) => ({
        url: fields[`MediaUrl${index}`] ?? '',
        contentType: fields[`MediaContentType${index}`] ?? 'application/octet-stream',
      })).filter((item) => item.url !== '');
      return {
        accountSid: fields.AccountSid!,
        sid,
        from: fields.From,
        to: fields.To,
        body: fields.Body ?? '',
        media,
        carrierHandled: OPT_OUT_TYPES[fields.OptOutType ?? ''] ?? null,
      };
    },

    async readStatus(request): Promise<StatusReport | null | Rejection> {
      const fields = await verify(request);
      if (isRejection(fields)) return fields;
      const query = new URL(request.url).searchParams;
      const [tenant, messageId, attempt] = [query.get('t'), query.get('m'), Number(query.get('a'))];
      const sid = fields.MessageSid ?? fields.SmsSid;
      if (!tenant || !messageId || !isUuid(messageId) || !Number.isInteger(attempt) || !sid) {
        return { rejected: 'the callback does not name one of our messages' };
      }
      const status = STATUSES[fields.MessageStatus ?? fields.SmsStatus ?? ''];
      if (!status) return null;
      const failed = status === 'failed' || status === 'undelivered';
      return {
        tenant,
        messageId,
        attempt,
        sid,
        status,
        refusal: failed ? callbackRefusal(fields.ErrorCode || null) : null,
      };
    },

    async fetchMedia(url, accountSid): Promise<Response> {
      const credentials = await account(accountSid);
      if (!credentials)
        throw new SetupError(`twilioCarrier: there are no credentials for the account ${accountSid}.`);
      const base = new URL(options.baseUrl ?? 'https://api.twilio.com');
      return fetchFile({
        url,
        host: base.host,
        authorization: basic(accountSid, credentials),
        privately: isPrivateHost(base.hostname),
        timeout: FILE_TIMEOUT,
      });
    },

    async check(): Promise<void> {
      try {
        await (await client(options.accountSid)).api.v2010.accounts(options.accountSid).fetch();
      } catch (error) {
        throw plainError(error);
      }
    },
  };
}

const OPT_OUT_TYPES: Record<string, 'stop' | 'start' | 'help'> = {
  STOP: 'stop',
  START: 'start',
  HELP: 'help',
};

/** Twilio's statuses in ours. `queued`, `accepted`, `sending` say no more than our own `sent`, which they precede. */
const STATUSES: Record<string, StatusReport['status']> = {
  sent: 'sent',
  delivered: 'delivered',
  partially_delivered: 'delivered',
  undelivered: 'undelivered',
  failed: 'failed',
  canceled: 'failed',
  read: 'read',
};

function connect(
  sid: string,
  credentials: TwilioAccount,
  options: TwilioOptions & { timeout: number },
): twilio.Twilio {
  const settings: NonNullable<Parameters<typeof twilio>[2]> = {
    accountSid: sid,
    httpClient: new twilio.RequestClient({
      timeout: options.timeout,
      maxSockets: options.maxSockets ?? 50,
      keepAlive: true,
      // the SDK would retry a 429 by itself, behind the back of our pacing
      autoRetry: false,
    }),
  };
  const client =
    credentials.apiKeySid && credentials.apiKeySecret
      ? twilio(credentials.apiKeySid, credentials.apiKeySecret, settings)
      : twilio(sid, credentials.authToken, settings);
  if (options.baseUrl) {
    const base = options.baseUrl.replace(/\/$/, '');
    client.api.baseUrl = base;
    client.messaging.baseUrl = base;
  }
  return client;
}

/**
 * Names the message in its callbacks. The fragment is Twilio's way to ask for retries (not signed, not sent): by
 * default a callback that meets a 503 would never come again.
 */
function callbackUrl(message: OutboundMessage, base: string): string {
  const query = new URLSearchParams({ t: message.tenant, m: message.id, a: String(message.attempt) });
  return `${base}?${query}#rc=3&rp=5xx,ct,rt`;
}

/** Errors before a byte was written: the carrier cannot have the message. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function readFailure(error: unknown): SendOutcome {
  const { status, code } = error as { status?: unknown; code?: string | number };
  if (typeof status === 'number' && status < 500)
    return { kind: 'refused', refusal: apiRefusal(code, status) };
  if (error instanceof SetupError) return { kind: 'refused', refusal: apiRefusal(20003, 401) };
  if (typeof code === 'string' && NEVER_SENT.has(code)) {
    const reason = 'The carrier cannot be reached. It is tried again by itself.';
    return {
      kind: 'refused',
      refusal: { code: 'carrier_unreachable', reason, action: { kind: 'retry', seconds: 5, times: 12 } },
    };
  }
  // a 5xx or a lost answer: Twilio may have taken it
  return {
    kind: 'unknown',
    reason: typeof status === 'number' ? `http_${status}` : String(code ?? 'no_answer'),
  };
}

/** The SDK's transport errors hold the request with its credentials: only words and codes may go on from here. */
function plainError(error: unknown): Error {
  const { message, code, status } = error as { message?: string; code?: string | number; status?: number };
  return new Error(
    [status && `HTTP ${status}`, code, message].filter(Boolean).join(': ') || 'The carrier cannot be asked.',
  );
}

function basic(sid: string, credentials: TwilioAccount): string {
  const pair = credentials.apiKeySid
    ? `${credentials.apiKeySid}:${credentials.apiKeySecret}`
    : `${sid}:${credentials.authToken}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function isRejection(value: Rejection | Record<string, string>): value is Rejection {
  return typeof value.rejected === 'string' && Object.keys(value).length === 1;
}

function withoutQuery(url: string): string {
  return url.split('?')[0]!;
}
