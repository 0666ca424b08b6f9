/**
 * The telephone exchange: it rings phones, asks the webhooks what to do, does it, and tells how it went. A call is one
 * `async` run from the first ring to the end; whatever hangs up (a person, the API, the script) ends its `line`, and every wait
 * ends with it.
 */
import type { Carrier } from '../carrier.ts';
import { DEFAULT_ANSWERING } from '../phones.ts';
import type { Account, Answering, Call, CallStatus, OwnedNumber } from '../records.ts';
import type { WebhookResult } from '../webhooks/sender.ts';
import { createLine, type Line, type Pickup } from './line.ts';
import { callParams, callStatusParams } from './params.ts';
import { readScript, type Verb } from './script.ts';

export interface NewCall {
  from: string;
  to: string;
  url: string | null;
  method: string;
  twiml: string | null;
  timeout: number;
  detection: 'Enable' | 'DetectMessageEnd' | null;
  statusCallback: string | null;
  statusEvents: string[];
}

export interface Exchange {
  /** A call that the API asked for: it waits for the account's pace, and rings. */
  place(account: Account, wish: NewCall): Call;
  /** A phone calls a business number. */
  dial(from: string, to: OwnedNumber): Call;
  /** The person at the phone does something with a call that rings there. */
  pickUp(sid: string, by: Pickup): boolean;
  hangUp(sid: string): boolean;
  /** Calls that have not ended. */
  readonly live: number;
  /** After a restart no call is left. */
  resume(): void;
  clear(): void;
}

const MAX_SCRIPTS = 20;
const ENDED: ReadonlySet<CallStatus> = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled']);

export const isOver = (call: Call): boolean => ENDED.has(call.status);

export function createExchange(carrier: Carrier): Exchange {
  const { store, clock, ids, settings } = carrier;
  const lines = new Map<string, Line>();
  const nextAt = new Map<string, number>();

  function open(wish: Partial<Call> & Pick<Call, 'accountSid' | 'from' | 'to' | 'direction'>): Call {
    const now = clock.now();
    const call: Call = {
      seq: store.nextSeq(),
      sid: ids.sid('CA'),
      parentSid: null,
      status: 'queued',
      answeredBy: null,
      createdAt: now,
      updatedAt: now,
      startedAt: null,
      endedAt: null,
      duration: 0,
      statusCallback: null,
      statusEvents: [],
      sequence: 0,
      heard: [],
      ...wish,
    };
    lines.set(call.sid, createLine(clock));
    store.put('call', call);
    return call;
  }

  const lineOf = (call: Call): Line => lines.get(call.sid) ?? createLine(clock, true);

  function become(call: Call, status: CallStatus): void {
    call.status = status;
    call.updatedAt = clock.now();
    if (status === 'in-progress') call.startedAt = call.updatedAt;
    store.put('call', call);
  }

  function tell(call: Call, event: 'initiated' | 'ringing' | 'answered' | 'completed'): void {
    const account = store.accounts.get(call.accountSid);
    if (!account || call.statusCallback === null || !call.statusEvents.includes(event)) return;
    carrier.callbacks.send({
      account,
      kind: 'status',
      url: call.statusCallback,
      method: 'POST',
      params: callStatusParams(call, event, call.sequence++, clock.now()),
      resourceSid: call.sid,
    });
  }

  function end(call: Call, status: CallStatus): void {
    if (isOver(call)) return;
    const now = clock.now();
    call.endedAt = now;
    call.duration = call.startedAt === null ? 0 : Math.round((now - call.startedAt) / 1000);
    lines.get(call.sid)?.cut();
    lines.delete(call.sid);
    become(call, status);
    tell(call, 'completed');
  }

  /** Rings the phone and says how that ended; while it rings, the person there decides, or its switch. */
  async function ring(call: Call, seconds: number): Promise<Pickup | 'no-answer' | 'gone'> {
    const answering: Answering = carrier.phone(call.to).answering ?? DEFAULT_ANSWERING;
    const line = lineOf(call);
    become(call, 'ringing');
    tell(call, 'ringing');
    const after = AFTER[answering.mode];
    if (after !== null) line.after(settings[after[1]], () => line.pickUp(after[0]));
    line.after(seconds * 1000, () => line.pickUp('no-answer'));
    return line.picked;
  }

  /** What looks at who picked up, where it was asked for: the webhook waits for it. */
  async function detect(call: Call, by: Pickup, detection: NewCall['detection']): Promise<void> {
    if (detection === null) return;
    const machine = by === 'machine';
    const forced = carrier.phone(call.to).answering?.answeredBy ?? null;
    const heard = machine ? (detection === 'Enable' ? 'machine_start' : 'machine_end_beep') : 'human';
    await lineOf(call).wait(
      machine && detection === 'DetectMessageEnd' ? settings.greetingMs : settings.detectMs,
    );
    call.answeredBy = forced ?? (by === 'fax' ? 'fax' : heard);
    store.put('call', call);
  }

  async function outbound(account: Account, call: Call, wish: NewCall): Promise<void> {
    await lineOf(call).wait(paceOf(account.sid));
    if (isOver(call)) return;
    tell(call, 'initiated');
    const by = await ring(call, wish.timeout);
    if (!isPickup(by)) return end(call, by === 'gone' ? 'canceled' : by);
    become(call, 'in-progress');
    tell(call, 'answered');
    await detect(call, by, wish.detection);
    if (isOver(call)) return;
    if (wish.url === null) await run(account, call, wish.twiml ?? '', 'text/xml', '');
    else await ask(account, call, wish.url, wish.method);
    end(call, 'completed');
  }

  function paceOf(accountSid: string): number {
    if (settings.cps === 0) return 0;
    const now = clock.now();
    const at = Math.max(now, nextAt.get(accountSid) ?? 0);
    nextAt.set(accountSid, at + 1000 / settings.cps);
    return at - now;
  }

  async function inbound(account: Account, call: Call, number: OwnedNumber): Promise<void> {
    const { voiceUrl, voiceMethod, voiceFallbackUrl, voiceFallbackMethod } = number;
    if (voiceUrl === null) {
      const words = `${number.phoneNumber} has no voice URL: nobody is told of this call.`;
      report(call, { code: 11100, level: 'error', message: words }, null);
      return end(call, 'failed');
    }
    const failure = await ask(account, call, voiceUrl, voiceMethod);
    if (failure !== null && voiceFallbackUrl !== null && !isOver(call))
      await ask(account, call, voiceFallbackUrl, voiceFallbackMethod, {
        ErrorCode: String(failure),
        ErrorUrl: voiceUrl,
      });
    end(call, call.startedAt === null ? 'failed' : 'completed');
  }

  /** Asks a webhook what to do, and does it. The code of what went wrong, or null. */
  async function ask(
    account: Account,
    call: Call,
    url: string,
    method: string,
    more: Record<string, string> = {},
    depth = 0,
  ): Promise<number | null> {
    const params = { ...callParams(call), ...more };
    const result: WebhookResult = await carrier.webhooks.call({
      account,
      kind: 'voice',
      url,
      method,
      params,
      resourceSid: call.sid,
    });
    if (!result.ok) return result.code;
    if (isOver(call)) return null;
    return run(account, call, result.body, result.contentType, result.url, depth);
  }

  async function run(
    account: Account,
    call: Call,
    body: string,
    contentType: string,
    base: string,
    depth = 0,
  ): Promise<number | null> {
    const { verbs, problems } = readScript(contentType, body);
    for (const problem of problems) report(call, problem, base);
    const error = problems.find(({ level }) => level === 'error');
    if (error) return error.code;
    for (const verb of verbs) {
      if (isOver(call)) return null;
      if (verb.kind === 'reject') {
        if (call.startedAt === null) end(call, verb.reason === 'busy' ? 'busy' : 'no-answer');
        return null;
      }
      if (call.startedAt === null) become(call, 'in-progress');
      const next = await perform(account, call, verb, base);
      if (next === 'end') return null;
      if (next !== null) {
        if (depth >= MAX_SCRIPTS) return 11200;
        return ask(account, call, next.url, next.method, next.params, depth + 1);
      }
    }
    return null;
  }

  type Next = { url: string; method: string; params?: Record<string, string> } | 'end' | null;

  async function perform(account: Account, call: Call, verb: Verb, base: string): Promise<Next> {
    const line = lineOf(call);
    if (verb.kind === 'hangup') return (end(call, 'completed'), 'end');
    if (verb.kind === 'pause') await line.wait(verb.seconds * 1000);
    else if (verb.kind === 'say') {
      hear(call, { kind: 'say', text: verb.text });
      await line.wait(verb.text.length * settings.speechMs);
    } else if (verb.kind === 'play') {
      const url = new URL(verb.url, base || undefined).href;
      const wrong = await carrier.media.listen(url);
      if (wrong !== null) {
        report(call, { code: 12300, level: 'error', message: `${url}: ${wrong}` }, url);
        return (end(call, 'completed'), 'end');
      }
      hear(call, { kind: 'play', text: url });
      await line.wait(settings.playMs);
    } else if (verb.kind === 'redirect')
      return { url: new URL(verb.url || base, base || undefined).href, method: verb.method };
    else if (verb.kind === 'dial') return dialOn(account, call, verb, base);
    return null;
  }

  function hear(call: Call, words: Call['heard'][number]): void {
    call.heard.push(words);
    store.put('call', call);
  }

  /** Rings somebody else and joins the two; what became of it is told to `action`. */
  async function dialOn(
    account: Account,
    call: Call,
    verb: Extract<Verb, { kind: 'dial' }>,
    base: string,
  ): Promise<Next> {
    const from = verb.callerId ?? call.from;
    const child = open({
      accountSid: account.sid,
      from,
      to: verb.to,
      direction: 'outbound-dial',
      parentSid: call.sid,
      statusCallback: verb.statusCallback && new URL(verb.statusCallback, base).href,
      statusEvents: verb.statusEvents,
    });
    const owned = store.numberOf(from)?.accountSid === account.sid || from === call.from;
    if (!owned) {
      const message = `callerId ${from} is not a number of this account`;
      report(call, { code: 13214, level: 'error', message }, base);
      end(child, 'failed');
    } else await join(call, child, verb.timeout);
    if (verb.action === null) return null;
    const params = {
      DialCallSid: child.sid,
      DialCallStatus: child.status,
      DialCallDuration: String(child.duration),
      DialBridged: String(child.startedAt !== null),
    };
    const next = { url: new URL(verb.action, base).href, method: verb.method, params };
    if (!isOver(call)) return next;
    // the caller has gone: it is told all the same, and its answer is done by nobody
    await carrier.webhooks.call({
      account,
      kind: 'voice',
      ...next,
      params: { ...callParams(call), ...params },
      resourceSid: call.sid,
    });
    return 'end';
  }

  async function join(call: Call, child: Call, timeout: number): Promise<void> {
    tell(child, 'initiated');
    const [line, other] = [lineOf(call), lineOf(child)];
    const letGo = line.onCut(() => other.pickUp('gone'));
    const by = await ring(child, timeout);
    letGo();
    if (!isPickup(by)) return end(child, by === 'gone' ? 'canceled' : by);
    become(child, 'in-progress');
    tell(child, 'answered');
    if (by === 'machine') hear(child, { kind: 'greeting', text: 'Their voicemail answered.' });
    // until one of them hangs up
    await Promise.race([line.cutting, other.cutting]);
    end(child, 'completed');
  }

  function report(
    { accountSid, sid }: Call,
    problem: { code: number; level: 'error' | 'warning'; message: string },
    url: string | null,
  ): void {
    carrier.report({ accountSid, url, resourceSid: sid, ...problem });
  }

  function start(call: Call, work: Promise<void>): Call {
    work.catch((error: unknown) => {
      console.error('patchbay-sandbox:', error);
      end(call, 'failed');
    });
    return call;
  }

  return {
    place(account, wish) {
      const { from, to, statusCallback, statusEvents } = wish;
      carrier.phone(to);
      const call = open({
        accountSid: account.sid,
        from,
        to,
        direction: 'outbound-api',
        statusCallback,
        statusEvents,
      });
      return start(call, outbound(account, call, wish));
    },
    dial(from, number) {
      carrier.phone(from);
      const account = store.accounts.get(number.accountSid)!;
      const call = open({
        accountSid: account.sid,
        from,
        to: number.phoneNumber,
        direction: 'inbound',
        status: 'ringing',
        statusCallback: number.statusCallback,
        statusEvents: ['completed'],
      });
      return start(call, inbound(account, call, number));
    },
    pickUp(sid, by) {
      const call = store.calls.get(sid);
      if (call?.status !== 'ringing' || call.direction === 'inbound') return false;
      lineOf(call).pickUp(by);
      return true;
    },
    hangUp(sid) {
      const call = store.calls.get(sid);
      if (!call || isOver(call)) return false;
      if (call.startedAt !== null) end(call, 'completed');
      else if (call.direction === 'inbound') end(call, 'no-answer');
      else {
        lineOf(call).pickUp('gone');
        end(call, 'canceled');
      }
      return true;
    },
    get live() {
      return lines.size;
    },
    resume() {
      for (const call of store.calls.values())
        if (!isOver(call)) end(call, call.startedAt === null ? 'failed' : 'completed');
    },
    clear() {
      for (const line of lines.values()) line.cut();
      lines.clear();
      nextAt.clear();
    },
  };
}

/** By the phone's switch: what picks up by itself, and the setting that says when. */
const AFTER: Record<Answering['mode'], [Pickup | 'no-answer', 'pickUpMs' | 'voicemailMs'] | null> = {
  ring: null,
  no_answer: null,
  answer: ['human', 'pickUpMs'],
  decline: ['busy', 'pickUpMs'],
  fail: ['failed', 'pickUpMs'],
  voicemail: ['machine', 'voicemailMs'],
};

const isPickup = (by: string): by is 'human' | 'machine' | 'fax' => ['human', 'machine', 'fax'].includes(by);
