/** Calls over the carrier's stand-in and its own SDK: workflows that call, a call that is missed, and workers that die between. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { campaign, chance, LONG, pause, SEED, TIMEOUT, until } from './support/campaign.ts';
import { openStage, TENANT, type Stage } from './support/stage.ts';

let stage: Stage;
afterEach(() => stage.close());

const MEMBER_PHONE = '+13125550111';
/** Where it is noon now: nobody is called at night. */
const NOON = (() => {
  const ahead = 12 - new Date().getUTCHours();
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
})();

async function ask<T>(method: string, path: string, body?: object | Uint8Array, type?: string): Promise<T> {
  const token = await stage.kit.sessionToken({
    tenant: TENANT,
    member: { id: 'ana', name: 'Ana' },
    role: 'manager',
  });
  const bytes = body instanceof Uint8Array;
  const answer = await stage.kit.fetch(
    new Request(`${stage.publicUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': type ?? 'application/json',
        ...(bytes && { 'content-length': String(body.length) }),
      },
      ...(body && { body: bytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    }),
  );
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
  return (text === '' ? null : JSON.parse(text)) as T;
}

async function publish(source: string): Promise<string> {
  const { id } = await ask<{ id: string }>('POST', '/v1/workflows', { source });
  await ask('POST', `/v1/workflows/${id}/publish`);
  return id;
}

async function contact(phone: string): Promise<string> {
  const { id } = await ask<{ id: string }>('POST', '/v1/contacts', {
    phone,
    first_name: 'Anna',
    time_zone: NOON,
    owner_id: 'ana',
  });
  return id;
}

/** A second of silence. */
function silence(): Uint8Array {
  const wav = Buffer.alloc(44 + 8_000, 128);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + 8_000, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  for (const [value, at] of [
    [1, 20],
    [1, 22],
    [1, 32],
    [8, 34],
  ] as const)
    wav.writeUInt16LE(value, at);
  for (const at of [24, 28]) wav.writeUInt32LE(8_000, at);
  wav.write('data', 36);
  wav.writeUInt32LE(8_000, 40);
  return wav;
}

const dispositions = () =>
  stage.query<{ disposition: string | null; phone: string; status: string }>(
    `select disposition, status, case direction when 'inbound' then from_address else to_address end as phone
     from calls order by created_at`,
  );

describe('workflows that call', () => {
  it(
    'ring the member, join them with the contact, leave a recording, and go on by how it went',
    async () => {
      stage = await openStage({ databaseUrl: inject('databaseUrl') });
      const { sandbox, kit } = stage;
      await kit.tenants.addMember({ tenant: TENANT, id: 'ana', name: 'Ana', phone: MEMBER_PHONE });
      await ask('POST', '/v1/media/upload?name=hello.wav&key=hello', silence(), 'audio/wav');
      const people = { person: '+13125557001', box: '+13125557002' };
      sandbox.controls.setAnswering(MEMBER_PHONE, { mode: 'answer' });
      sandbox.controls.setAnswering(people.person, { mode: 'answer' });
      sandbox.controls.setAnswering(people.box, { mode: 'voicemail' });
      const caller = await publish(`version: 1
key: call
name: Call
triggers: [{ on: manual }]
settings: { purpose: conversation }
steps:
  - { id: talk, kind: place_call, whisper: 'This is {{ first_name }}, who asked about the house.' }
  - { id: leave, kind: leave_voicemail, recording: hello }
`);
      await publish(`version: 1
key: after
name: After
triggers: [{ on: call.completed, disposition: voicemail }]
settings: { purpose: conversation }
steps:
  - { id: tag, kind: add_tag, tags: [Heard_Us] }
`);
      const [person, box] = [await contact(people.person), await contact(people.box)];
      await stage.startWorker();
      await ask('POST', `/v1/workflows/${caller}/enrollments`, { contact_ids: [person, box] });

      // the member and the contact talk until one of them hangs up
      const talking = await until('two talk', () =>
        [...sandbox.state.calls.values()].find(
          ({ to, direction, status }) =>
            to === people.person && direction === 'outbound-dial' && status === 'in-progress',
        ),
      );
      const parent = sandbox.state.calls.get(talking.parentSid!)!;
      expect(parent).toMatchObject({ to: MEMBER_PHONE, from: stage.senders[0]!.address });
      expect(parent.heard).toEqual([{ kind: 'say', text: 'This is Anna, who asked about the house.' }]);
      await until('every call is over', async () => {
        for (const { sid, direction, status } of sandbox.state.calls.values())
          if (direction === 'outbound-dial' && status === 'in-progress') sandbox.controls.hangUp(sid);
        const rows = await dispositions();
        return rows.length === 4 && rows.every(({ status }) => status === 'completed');
      });
      const ended = (await dispositions()).map(({ phone, disposition }) => `${phone} ${disposition}`);
      expect(ended.sort()).toEqual([
        // they answered: the recording was for a machine, and hung up
        `${people.person} answered`,
        `${people.person} answered`,
        // a voicemail took the member's call, and then the recording
        `${people.box} answered`,
        `${people.box} voicemail`,
      ]);
      const left = [...sandbox.state.calls.values()].find(({ heard }) =>
        heard.some(({ kind }) => kind === 'play'),
      );
      expect(left).toMatchObject({ to: people.box, answeredBy: 'machine_end_beep' });
      await until('the next workflow has gone on', async () => {
        const { tags } = await ask<{ tags: string[] }>('GET', `/v1/contacts/${box}`);
        return tags.includes('Heard_Us');
      });
      const { tags } = await ask<{ tags: string[] }>('GET', `/v1/contacts/${person}`);
      expect(tags).toEqual([]);
      expect(stage.logged).toEqual([]);
    },
    TIMEOUT,
  );
});

describe('a call that nobody takes', () => {
  it(
    'is answered with a text within seconds, from the library’s workflow',
    async () => {
      stage = await openStage({ databaseUrl: inject('databaseUrl') });
      const { sandbox, kit } = stage;
      const { items } = await ask<{ items: { key: string; source: string }[] }>(
        'GET',
        '/v1/workflow-library',
      );
      await publish(items.find(({ key }) => key === 'missed-call-text-back')!.source);
      await stage.startWorker();
      const { address } = stage.senders[0]!;

      const stranger = '+13125557101';
      const started = performance.now();
      const call = sandbox.controls.call({ from: stranger, to: address });
      const text = await until('the text is on the phone', () =>
        sandbox.state.messages.party(stranger).find(({ status }) => status === 'delivered'),
      );
      console.log(`missed call to delivered text: ${Math.round(performance.now() - started)} ms`);
      expect(text.body).toContain('Sorry we missed your call!');
      expect(sandbox.state.calls.get(call.sid)!.heard).toEqual([
        { kind: 'say', text: expect.stringContaining('Acme') },
      ]);
      expect(await dispositions()).toMatchObject([{ phone: stranger, disposition: 'missed' }]);

      // whoever is answered gets none, also when the number forwards
      await kit.tenants.addSender({
        tenant: TENANT,
        address,
        segmentsPerSecond: null,
        forwardTo: MEMBER_PHONE,
      });
      sandbox.controls.setAnswering(MEMBER_PHONE, { mode: 'answer' });
      const other = '+13125557102';
      const answered = sandbox.controls.call({ from: other, to: address });
      await until('they talk', () => sandbox.state.calls.get(answered.sid)?.status === 'in-progress');
      const leg = await until('the forwarded phone is taken', () =>
        [...sandbox.state.calls.values()].find(
          ({ parentSid, status }) => parentSid === answered.sid && status === 'in-progress',
        ),
      );
      sandbox.controls.hangUp(leg.sid);
      await until(
        'it is written down',
        async () => (await dispositions()).at(-1)?.disposition === 'answered',
      );
      expect(sandbox.state.messages.party(other)).toEqual([]);
    },
    TIMEOUT,
  );
});

describe('workers that die while they call', () => {
  it(
    'call nobody twice and nobody who has said no, with lost answers and callbacks doubled and out of order',
    async () => {
      stage = await openStage({
        databaseUrl: inject('databaseUrl'),
        carrierTimeout: 1_500,
        statementTimeout: 1_500,
      });
      const { sandbox, kit } = stage;
      const random = chance(SEED);
      const many = campaign(24, 400);
      await kit.tenants.addMember({ tenant: TENANT, id: 'ana', name: 'Ana', phone: MEMBER_PHONE });
      await ask('POST', '/v1/media/upload?name=hello.wav&key=hello', silence(), 'audio/wav');
      const workflow = await publish(`version: 1
key: leave
name: Leave
triggers: [{ on: manual }]
settings: { purpose: conversation }
steps:
  - { id: leave, kind: leave_voicemail, recording: hello }
`);
      const phones = Array.from({ length: many }, (_, nth) => `+1312558${String(1000 + nth)}`);
      const ids: string[] = [];
      for (const phone of phones) {
        sandbox.controls.setAnswering(phone, { mode: random.pick(['voicemail', 'answer', 'decline']) });
        ids.push(await contact(phone));
      }
      sandbox.controls.addFault({ kind: 'drop_response', rate: 0.3, method: 'POST', path: '/Calls.json' });
      sandbox.controls.addFault({ kind: 'drop_request', rate: 0.1, method: 'POST', path: '/Calls.json' });
      sandbox.controls.addFault({ kind: '500', rate: 0.05, path: '/Calls.json' });
      sandbox.controls.addFault({ kind: 'double_callbacks', rate: 0.5 });
      sandbox.controls.addFault({ kind: 'reorder_callbacks', rate: 0.5, ms: 100 });
      // each of these costs the minute after which the carrier is asked
      if (LONG) sandbox.controls.addFault({ kind: 'drop_callbacks', rate: 0.1 });
      await ask('POST', `/v1/workflows/${workflow}/enrollments`, { contact_ids: ids });

      /** Who has said no, with the moment of the commit's answer. */
      const refused = new Map<string, number>();
      let worker = await stage.startWorker();
      let kills = 0;
      const over = async () => {
        // whoever had said no before their step came has no call
        const [steps] = await stage.query<{ count: number }>('select count(*)::integer from step_runs');
        const rows = await dispositions();
        return (
          steps!.count === many && rows.every(({ status }) => status === 'completed' || status === 'canceled')
        );
      };
      for (const deadline = performance.now() + TIMEOUT - 30_000; !(await over());) {
        if (performance.now() > deadline)
          throw new Error(
            `not over: ${JSON.stringify((await dispositions()).filter(({ status }) => status !== 'completed'))}`,
          );
        await pause(random.below(400));
        const phone = random.pick(phones);
        if (!refused.has(phone) && refused.size < many / 4) {
          await ask('POST', '/v1/suppressions', { channel: 'voice', address: phone, reason: randomUUID() });
          refused.set(phone, Date.now());
        }
        if (kills < campaign(4, 60) && random.below(2) === 0) {
          await worker.kill();
          kills += 1;
          worker = await stage.startWorker();
        }
      }
      const rings = new Map<string, number[]>();
      for (const { to, createdAt } of sandbox.state.calls.values())
        rings.set(to, [...(rings.get(to) ?? []), createdAt]);
      console.log(`${many} calls, ${kills} kills, ${refused.size} said no, ${rings.size} rang`);
      expect(
        [...rings].filter(([, times]) => times.length > 1),
        `seed ${SEED}`,
      ).toEqual([]);
      for (const [phone, at] of refused)
        expect(rings.get(phone)?.[0] ?? 0, `seed ${SEED}: ${phone} had said no`).toBeLessThanOrEqual(at);
      const rows = await dispositions();
      // whoever was not stopped was called
      const canceled = rows.filter(({ status }) => status === 'canceled').map(({ phone }) => phone);
      expect(canceled.every((phone) => refused.has(phone))).toBe(true);
      const events = await stage.query<{ count: number }>(
        `select count(*)::integer from events where type = 'call.completed' group by data ->> 'call_id'`,
      );
      expect(events.every(({ count }) => count === 1)).toBe(true);
      expect(events).toHaveLength(rows.length - canceled.length);
    },
    TIMEOUT,
  );
});
