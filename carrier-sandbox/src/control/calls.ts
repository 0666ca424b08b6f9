/** Calls as the people at the phones make and take them. */
import type { Hono } from 'hono';
import type { Carrier } from '../carrier.ts';
import { isOver } from '../calls/exchange.ts';
import type { Call } from '../records.ts';
import { callView } from '../views.ts';
import { ControlError, oneOf, phoneNumber, readJson, text } from './input.ts';

const HOW = ['human', 'machine', 'fax', 'busy'] as const;

export function callRoutes(app: Hono, carrier: Carrier): void {
  const { store, exchange } = carrier;

  const known = (sid: string): Call => {
    const call = store.calls.get(sid);
    if (!call) throw new ControlError(404, 'There is no such call');
    return call;
  };

  /** Newest first; `phone=` those of one phone, `live=1` those that are not over. */
  app.get('/sandbox/calls', (c) => {
    const phone = c.req.query('phone');
    const number = phone === undefined ? undefined : phoneNumber(phone, 'phone');
    const live = c.req.query('live') === '1';
    const calls = [...store.calls.values()]
      .reverse()
      .filter((call) => !live || !isOver(call))
      .map((call) => callView(carrier, call))
      .filter((call) => number === undefined || call.phone === number)
      .slice(0, Number(c.req.query('limit')) || 200);
    return c.json({ calls });
  });

  app.post('/sandbox/phones/:number/calls', async (c) => {
    const from = phoneNumber(c.req.param('number'), 'number');
    const to = phoneNumber(text(await readJson(c), 'to'), 'to');
    const number = store.numberOf(to);
    if (!number) throw new ControlError(404, `No account owns ${to}, so nobody would be called.`);
    return c.json(callView(carrier, exchange.dial(from, number)), 201);
  });

  /** `by`: `human` (default), `machine`, `fax`, or `busy` to decline. */
  app.post('/sandbox/calls/:sid/answer', async (c) => {
    const call = known(c.req.param('sid'));
    const by = oneOf(await readJson(c), 'by', HOW) ?? 'human';
    if (!exchange.pickUp(call.sid, by)) throw new ControlError(409, 'That call does not ring');
    return c.json(callView(carrier, call));
  });

  app.post('/sandbox/calls/:sid/hang-up', (c) => {
    const call = known(c.req.param('sid'));
    if (!exchange.hangUp(call.sid)) throw new ControlError(409, 'That call is over');
    return c.json(callView(carrier, call));
  });
}
