/**
 * A person's phone writes to a business number: the message is kept, the STOP list read, the webhook called, and what
 * it answers done. STOP reaches the webhook like any other word; the carrier merely acts before it.
 */
import type { Carrier } from './carrier.ts';
import { guessType, readDataUrl } from './media-store.ts';
import type { Account, Media, Message, OwnedNumber } from './records.ts';
import { countSegments, isTollFree } from './segments.ts';
import { inboundParams } from './webhooks/params.ts';
import type { Params, WebhookResult } from './webhooks/sender.ts';
import { readAnswer, type Reply, type TwimlProblem } from './webhooks/twiml.ts';

interface InboundText {
  from: string;
  to: OwnedNumber;
  body: string;
  mediaUrls: string[];
}

export interface Inbound {
  receive(text: InboundText): Message;
}

interface Target {
  url: string | null;
  method: string;
  fallbackUrl: string | null;
  fallbackMethod: string;
}

const MAX_REDIRECTS = 10;

export function createInbound(carrier: Carrier): Inbound {
  const { store, clock, ids } = carrier;

  function receive(text: InboundText): Message {
    const now = clock.now();
    const service = store.serviceOf(text.to.sid);
    const media = text.mediaUrls.map(takeMedia);
    const message: Message = {
      ...blank(text.to.accountSid, now),
      sid: ids.sid(media.length ? 'MM' : 'SM'),
      serviceSid: service?.sid ?? null,
      from: text.from,
      to: text.to.phoneNumber,
      body: text.body,
      direction: 'inbound',
      status: 'received',
      segments: media.length ? 1 : countSegments(text.body).segments,
      media,
      sentAt: now,
    };
    carrier.phone(text.from);
    store.put('message', message);
    const { reply, optOutType } = carrier.optOuts.read(text.to, text.from, text.body);
    if (reply !== null) answerPhone(message, { body: reply });
    const account = store.accounts.get(message.accountSid);
    if (account) void notify(account, text.to, message, optOutType);
    return message;
  }

  function blank(accountSid: string, now: number): Message {
    return {
      seq: store.nextSeq(),
      sid: '',
      accountSid,
      serviceSid: null,
      from: null,
      to: '',
      body: '',
      direction: 'outbound-reply',
      status: 'queued',
      errorCode: null,
      segments: 1,
      media: [],
      price: null,
      createdAt: now,
      updatedAt: now,
      sentAt: null,
      sendAt: null,
      statusCallback: null,
      validitySeconds: 36_000,
      provideFeedback: false,
    };
  }

  function takeMedia(url: string): Media {
    const sid = ids.sid('ME');
    const data = readDataUrl(url);
    if (data) carrier.media.put(sid, data.bytes);
    const contentType = data?.contentType ?? guessType(url);
    return { sid, contentType, url: data ? null : url, createdAt: clock.now() };
  }

  async function notify(
    account: Account,
    number: OwnedNumber,
    message: Message,
    optOutType?: string,
  ): Promise<void> {
    const target = targetOf(number);
    if (target.url === null) return;
    const mediaUrl = (sid: string): string =>
      `${carrier.baseUrl()}/2010-04-01/Accounts/${account.sid}/Messages/${message.sid}/Media/${sid}`;
    const params = inboundParams(message, mediaUrl, optOutType);
    const failure = await converse(account, message, target.url, target.method, params);
    if (failure === null || target.fallbackUrl === null) return;
    const more = { ...params, ErrorCode: String(failure), ErrorUrl: target.url };
    await converse(account, message, target.fallbackUrl, target.fallbackMethod, more);
  }

  function targetOf(number: OwnedNumber): Target {
    const service = store.serviceOf(number.sid);
    if (!service || service.useInboundWebhookOnNumber) {
      const { smsUrl: url, smsMethod: method } = number;
      return { url, method, fallbackUrl: number.smsFallbackUrl, fallbackMethod: number.smsFallbackMethod };
    }
    if (service.inboundRequestUrl === null && number.smsUrl !== null) {
      carrier.report({
        accountSid: number.accountSid,
        level: 'warning',
        code: null,
        message: `${number.phoneNumber} has an SMS URL, but its messaging service decides and has none: the message was kept and no webhook called. Set InboundRequestUrl, or UseInboundWebhookOnNumber=true.`,
        url: number.smsUrl,
        resourceSid: service.sid,
      });
    }
    return {
      url: service.inboundRequestUrl,
      method: service.inboundMethod,
      fallbackUrl: service.fallbackUrl,
      fallbackMethod: service.fallbackMethod,
    };
  }

  /** Calls, and does what is answered. The code of what went wrong, or null. */
  async function converse(
    account: Account,
    message: Message,
    url: string,
    method: string,
    params: Params,
  ): Promise<number | null> {
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const result: WebhookResult = await carrier.webhooks.call({
        account,
        kind: 'inbound',
        url,
        method,
        params,
        resourceSid: message.sid,
      });
      if (!result.ok) return result.code;
      const { steps, problems } = readAnswer(result.contentType, result.body, result.url);
      for (const problem of problems) report(message, url, problem);
      let next: string | undefined;
      for (const step of steps) {
        if (step.kind === 'message') answerPhone(message, step, result.url);
        else {
          next = new URL(step.url || result.url, result.url).href;
          method = step.method;
        }
      }
      const error = problems.find((problem) => problem.level === 'error');
      if (error) return error.code;
      if (next === undefined) return null;
      url = next;
    }
    return 11200;
  }

  function report(message: Message, url: string, problem: TwimlProblem): void {
    const { accountSid, sid: resourceSid } = message;
    carrier.report({
      accountSid,
      url,
      resourceSid,
      level: problem.level,
      code: problem.code,
      message: problem.message,
    });
  }

  function answerPhone(inbound: Message, wish: Partial<Reply> & { body: string }, base?: string): void {
    const from = wish.from ?? inbound.to;
    const to = wish.to ?? inbound.from ?? '';
    const number = store.numberOf(from);
    if (number?.accountSid !== inbound.accountSid) return;
    // A webhook that answers STOP with a message is refused like any other sender.
    if (base !== undefined && carrier.optOuts.blocked(inbound.accountSid, number, to)) return;
    const now = clock.now();
    const absolute = (url: string): string => new URL(url, base).href;
    const media = (wish.media ?? []).map((url) => takeMedia(absolute(url)));
    const callback = wish.statusCallback ?? null;
    const reply: Message = {
      ...blank(inbound.accountSid, now),
      sid: ids.sid(media.length ? 'MM' : 'SM'),
      serviceSid: inbound.serviceSid,
      from,
      to,
      body: wish.body,
      segments: media.length ? 1 : countSegments(wish.body, isTollFree(from)).segments,
      media,
      statusCallback: callback === null ? null : absolute(callback),
    };
    store.put('message', reply);
    carrier.lifecycle.begin(reply);
  }

  return { receive };
}
