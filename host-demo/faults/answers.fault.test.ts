/** The carrier is answered after the commit and never before: a process that dies in between costs a retry, not a text. */
import { once } from 'node:events';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { campaign, chance, SEED, TIMEOUT } from './support/campaign.ts';
import { hookRequest, inboundForm, type Form } from './support/hooks.ts';
import { openStage, type Stage, type WorkerProcess } from './support/stage.ts';

let stage: Stage;
afterEach(() => stage.close());

/** Sends a webhook to the process as the carrier would; undefined when no answer came. */
async function call(host: WorkerProcess, form: Form, die?: string): Promise<number | undefined> {
  const url = `${stage.publicUrl}/twilio/sms/inbound`;
  const { headers } = hookRequest({ url, form, ...(die !== undefined && { headers: { 'x-die': die } }) });
  const at = `http://127.0.0.1:${host.firstWord}/crm/twilio/sms/inbound`;
  try {
    return (await fetch(at, { method: 'POST', headers, body: new URLSearchParams(form).toString() })).status;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

describe('a web process that dies while it takes a text in', () => {
  it(
    'leads to one row after the carrier has tried again, and to none that was answered and is not there',
    async () => {
      stage = await openStage({ databaseUrl: inject('databaseUrl') });
      const random = chance(SEED);
      const kills = campaign(6, 150);
      const started = performance.now();
      let host = await stage.startHost();
      let survivedCommit = 0;
      for (let round = 0; round < kills; round += 1) {
        const form = inboundForm({
          from: `+1415${String(2_000_000 + round)}`,
          to: stage.senders[0]!.address,
        });
        const stored = async () =>
          (await stage.query('select 1 from messages where carrier_sid = $1', [form['MessageSid']])).length;
        // warm, or the kill would always strike while the first connection is being made
        expect(await call(host, inboundForm({ from: '+14155559999', to: stage.senders[0]!.address }))).toBe(
          200,
        );
        const when = random.pick([
          'before',
          'answered',
          'answered',
          String(random.below(12)),
          String(random.below(12)),
        ]);
        const status = await call(host, form, when);
        const rows = await stored();
        const name = `seed ${SEED}, round ${round}, killed ${when}`;
        if (when === 'answered') expect([status, rows], name).toEqual([undefined, 1]);
        if (status === 200) expect(rows, name).toBe(1);
        if (status === undefined && rows === 1) survivedCommit += 1;
        if (host.child.exitCode === null && host.child.signalCode === null) await once(host.child, 'exit');
        host = await stage.startHost();
        expect(await call(host, form), name).toBe(200);
        expect(await stored(), name).toBe(1);
      }
      console.log(
        `answers: ${kills} kills, ${survivedCommit} after the commit and before the answer, one row each, ` +
          `${((performance.now() - started) / 1000).toFixed(1)} s`,
      );
      expect(survivedCommit).toBeGreaterThan(0);
      const [row] = await stage.query<{ events: number }>(
        `select count(*)::int as events from events e join messages m using (tenant_id, message_id)
         where e.type = 'message.received' and m.from_address <> '+14155559999'`,
      );
      expect(row!.events).toBe(kills);
    },
    TIMEOUT,
  );
});
