/**
 * The way of a message that an account sends.
 *
 *   scheduled ──▶ accepted ──▶ queued ──▶ sending ──▶ sent ──▶ delivered | undelivered
 *       └▶ canceled   │           └──────────┴──▶ failed
 *                     └▶ failed (no sender has room)
 *
 * It waits at its sender's pace in `queued`; the phone's delivery switch decides how it ends. Each change is put in
 * the store first and called back after, except for the status it was created with.
 */
import type { Carrier } from './carrier.ts';
import { CarrierError } from './errors.ts';
import type { DeliverySwitch, Message, MessageStatus, OwnedNumber, Service } from './records.ts';
import { countSegments, isTollFree } from './segments.ts';
import { createSenderQueue, MAX_BACKLOG_SECONDS, type SenderQueue } from './sender-queue.ts';

export interface Lifecycle {
  /** Takes a message up that the store has just been given. */
  begin(message: Message): void;
  /** Throws 21611 when the sender's line is ten hours long. */
  checkRoom(number: OwnedNumber): void;
  cancel(message: Message): void;
  /** Looks again at what a phone's switch held back. */
  release(phone: string): void;
  /** Messages waiting at their senders. */
  queued(): { number: string; waiting: number; seconds: number }[];
  /** Steps that wait for their time. */
  readonly moving: number;
  /** Goes on with what a stop left in the middle. */
  resume(): void;
  clear(): void;
}

const PRICE = { sms: -0.0079, mms: -0.02 };

export function createLifecycle(carrier: Carrier): Lifecycle {
  const { store, clock, settings } = carrier;
  const queues = new Map<string, SenderQueue<Message>>();
  const held = new Map<string, Message[]>();
  const sticky = new Map<string, string>();
  let epoch = 0;
  let moving = 0;

  /** A timer that dies with a reset. */
  function later(ms: number, run: () => void): void {
    const born = epoch;
    moving++;
    clock.after(ms, () => {
      if (born !== epoch) return;
      moving--;
      run();
    });
  }

  function move(message: Message, status: MessageStatus, errorCode: number | null = null): void {
    message.status = status;
    message.errorCode = errorCode;
    message.updatedAt = clock.now();
    message.callbackDue = message.statusCallback !== null && settings.callbackStatuses.includes(status);
    store.put('message', message);
    if (message.callbackDue) carrier.callbacks.status(message);
  }

  const alive = (message: Message, ...statuses: MessageStatus[]): boolean =>
    store.messages.get(message.sid) === message && statuses.includes(message.status);

  function queueOf(number: OwnedNumber): SenderQueue<Message> {
    let queue = queues.get(number.phoneNumber);
    if (!queue) {
      const { sid } = number;
      const rate = (): number => store.numbers.get(sid)?.mps ?? settings.mps;
      queue = createSenderQueue<Message>({ clock, rate, release: leave });
      queues.set(number.phoneNumber, queue);
    }
    return queue;
  }

  function pickSender(service: Service, message: Message): OwnedNumber | undefined {
    const key = `${service.sid} ${message.to}`;
    const known = service.stickySender ? store.numbers.get(sticky.get(key) ?? '') : undefined;
    if (known && service.senders.some((sender) => sender.sid === known.sid)) return known;
    let best: OwnedNumber | undefined;
    let least = Infinity;
    for (const { sid } of service.senders) {
      const number = store.numbers.get(sid);
      if (!number?.capabilities.sms) continue;
      const queue = queueOf(number);
      const load = queue.waiting + queue.backlogSeconds();
      if (load < least) [best, least] = [number, load];
    }
    if (best) sticky.set(key, best.sid);
    return best;
  }

  function toSender(message: Message): void {
    const service = message.serviceSid === null ? undefined : store.services.get(message.serviceSid);
    if (message.from === null) {
      const number = service && pickSender(service, message);
      if (!number) return move(message, 'failed', 21703);
      if (queueOf(number).backlogSeconds() > MAX_BACKLOG_SECONDS) return move(message, 'failed', 30001);
      message.from = number.phoneNumber;
      message.segments = message.media.length
        ? 1
        : countSegments(message.body, isTollFree(number.phoneNumber)).segments;
      store.messages.sender(message);
    }
    if (message.status !== 'queued') move(message, 'queued');
    enqueue(message);
  }

  function enqueue(message: Message): void {
    const number = store.numberOf(message.from ?? '');
    if (number) queueOf(number).push(message, message.segments || 1);
    else leave(message);
  }

  function leave(message: Message): void {
    if (!alive(message, 'queued')) return;
    if (clock.now() - message.createdAt > message.validitySeconds * 1000 && message.sendAt === null) {
      return move(message, 'failed', 30036);
    }
    const { mode, errorCode } = switchOf(message);
    if (mode === 'queued') {
      const waiting = held.get(message.to);
      if (waiting) waiting.push(message);
      else held.set(message.to, [message]);
      return;
    }
    if (message.media.some((media) => media.url !== null)) return void fetchMedia(message);
    if (mode === 'failed') return later(settings.sentAfterMs, () => fail(message, errorCode));
    send(message);
  }

  function switchOf(message: Message): DeliverySwitch {
    const phone = carrier.phone(message.to);
    return phone.delivery.mode === 'deliver' ? settings.delivery : phone.delivery;
  }

  async function fetchMedia(message: Message): Promise<void> {
    if (message.status !== 'sending') move(message, 'sending');
    const refused = await carrier.media.fetchAll(message.media);
    if (refused) {
      carrier.report({
        accountSid: message.accountSid,
        level: 'error',
        code: refused.code === 63019 ? 11200 : refused.code,
        message:
          refused.code === 63019
            ? 'The media of a message could not be fetched'
            : 'The media of a message is not taken: its type or its size',
        url: refused.url,
        resourceSid: message.sid,
      });
      return fail(message, refused.code);
    }
    if (switchOf(message).mode === 'failed') return fail(message, switchOf(message).errorCode);
    later(settings.sentAfterMs, () => sent(message));
  }

  function fail(message: Message, code: number | null): void {
    if (alive(message, 'queued', 'sending')) move(message, 'failed', code ?? 30008);
  }

  function send(message: Message): void {
    move(message, 'sending');
    later(settings.sentAfterMs, () => sent(message));
  }

  function sent(message: Message): void {
    if (!alive(message, 'sending')) return;
    message.sentAt = clock.now();
    message.price = (message.media.length ? PRICE.mms : PRICE.sms * message.segments).toFixed(5);
    move(message, 'sent');
    arrive(message);
  }

  function arrive(message: Message): void {
    later(settings.deliveredAfterMs, () => {
      if (!alive(message, 'sent')) return;
      const { mode, errorCode } = switchOf(message);
      if (mode === 'sent') return;
      if (mode === 'undelivered') move(message, 'undelivered', errorCode ?? 30003);
      else move(message, 'delivered');
    });
  }

  function schedule(message: Message): void {
    later(Math.max(0, (message.sendAt ?? 0) - clock.now()), () => {
      if (!alive(message, 'scheduled')) return;
      move(message, 'accepted');
      later(0, () => alive(message, 'accepted') && toSender(message));
    });
  }

  function begin(message: Message): void {
    if (message.status === 'scheduled') schedule(message);
    else if (message.status === 'accepted') later(0, () => alive(message, 'accepted') && toSender(message));
    else toSender(message);
  }

  return {
    begin,
    checkRoom(number) {
      if (queueOf(number).backlogSeconds() > MAX_BACKLOG_SECONDS) throw new CarrierError(21611);
    },
    cancel(message) {
      if (!alive(message, 'scheduled'))
        throw new CarrierError(30009, 'Only a scheduled message can be canceled');
      move(message, 'canceled');
    },
    release(phone) {
      const numbers = phone === '*' ? [...held.keys()] : [phone];
      for (const number of numbers) {
        const waiting = held.get(number) ?? [];
        held.delete(number);
        for (const message of waiting) leave(message);
      }
    },
    queued: () =>
      [...queues].map(([number, queue]) => ({
        number,
        waiting: queue.waiting,
        seconds: queue.backlogSeconds(),
      })),
    resume() {
      for (const message of [...store.messages.all()]) {
        if (message.direction === 'inbound') continue;
        if (message.callbackDue) carrier.callbacks.status(message);
        if (['scheduled', 'accepted', 'queued'].includes(message.status)) begin(message);
        else if (message.status === 'sending') {
          if (message.media.some((media) => media.url !== null)) void fetchMedia(message);
          else later(settings.sentAfterMs, () => sent(message));
        } else if (message.status === 'sent') arrive(message);
      }
    },
    get moving() {
      return moving;
    },
    clear() {
      epoch++;
      moving = 0;
      for (const kept of [queues, held, sticky]) kept.clear();
    },
  };
}
