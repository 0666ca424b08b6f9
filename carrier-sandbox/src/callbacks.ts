/**
 * Status callbacks on their way out, with the trouble that was asked for: lost, late, twice, or in another order.
 * Twilio promises neither that one arrives nor that two arrive in order; here both can be made to happen. Left alone,
 * the callbacks of one message go one after the other, so that a run can be repeated. A message says `callbackDue` until
 * the callback of its status has ended, well or badly: what a kill cut short is made again after the restart.
 */
import type { Carrier } from './carrier.ts';
import type { Message } from './records.ts';
import { statusParams } from './webhooks/params.ts';
import type { WebhookCall } from './webhooks/sender.ts';

export interface Callbacks {
  status(message: Message): void;
  /** A callback of anything, by the same trouble. */
  send(call: WebhookCall): void;
  /** Callbacks kept back by a fault. */
  readonly held: number;
}

const SHUFFLE_AT = 50;
const DEFAULT_WINDOW_MS = 1500;

export function createCallbacks(carrier: Carrier): Callbacks {
  let shuffling: WebhookCall[] = [];
  let late = 0;
  const lines = new Map<string, Promise<void>>();

  async function make(call: WebhookCall): Promise<void> {
    await carrier.webhooks.call(call);
    ended(call.resourceSid, call.params['MessageStatus']);
  }

  /** A callback that a later status has overtaken ends nothing. */
  function ended(sid: string, status: string | undefined): void {
    const message = carrier.store.messages.get(sid);
    if (!message?.callbackDue || message.status !== status) return;
    message.callbackDue = false;
    carrier.store.put('message', message);
  }

  /** After what is under way for the same message. */
  function inLine(call: WebhookCall): void {
    const sid = call.resourceSid;
    const before = lines.get(sid);
    const send = async (): Promise<void> => {
      await make(call);
      if (lines.get(sid) === mine) lines.delete(sid);
    };
    const mine: Promise<void> = before ? before.then(send) : send();
    lines.set(sid, mine);
  }

  function status(message: Message): void {
    const account = carrier.store.accounts.get(message.accountSid);
    if (!account || message.statusCallback === null) return;
    send({
      account,
      kind: 'status',
      url: message.statusCallback,
      method: 'POST',
      params: statusParams(message, carrier.clock.now()),
      resourceSid: message.sid,
    });
  }

  function send(call: WebhookCall): void {
    const { faults, clock } = carrier;
    const { account, resourceSid, params } = call;
    if (faults.forCallback('drop_callbacks', account.sid)) return ended(resourceSid, params['MessageStatus']);
    const delay = faults.forCallback('delay_callbacks', account.sid);
    if (!delay) return deliver(call);
    late++;
    clock.after(delay.ms, () => {
      late--;
      deliver(call);
    });
  }

  function deliver(call: WebhookCall): void {
    const { faults, clock } = carrier;
    const twice = faults.forCallback('double_callbacks', call.account.sid) !== undefined;
    const calls = twice ? [call, call] : [call];
    const reorder = faults.forCallback('reorder_callbacks', call.account.sid);
    if (!reorder) {
      for (const one of calls) inLine(one);
      return;
    }
    if (shuffling.length === 0) clock.after(reorder.ms || DEFAULT_WINDOW_MS, flush);
    shuffling.push(...calls);
    if (shuffling.length >= SHUFFLE_AT) flush();
  }

  /** One after the other, so that the order chosen is the order on the wire. */
  function flush(): void {
    const batch = carrier.faults.shuffle(shuffling);
    shuffling = [];
    void batch.reduce((before, call) => before.then(() => make(call)), Promise.resolve());
  }

  return {
    status,
    send,
    get held() {
      return shuffling.length + late + lines.size;
    },
  };
}
