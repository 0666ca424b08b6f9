/** The lists that block: a team's own, and an agency's over its clients. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTestKit, type TestKit } from '../testing/kit.ts';

let kit: TestKit;
let agency: string;
let numbers = 0;
beforeAll(async () => {
  kit = await getTestKit();
  await kit.kit.tenants.upsert({ id: 'agency', name: 'Agency' });
  await kit.kit.tenants.upsert({ id: kit.a.id, name: 'Firm alpha', parent: 'agency' });
  agency = await kit.token('agency', 'manager');
});
afterAll(() => kit.close());

const newNumber = () => `+1312555${String(4000 + (numbers += 1))}`;
const add = (body: object, as = kit.a.manager) => kit.request('POST', '/v1/suppressions', { body, as });
const list = async (query = '', as = kit.a.manager) =>
  (await kit.request('GET', `/v1/suppressions?${query}`, { as })).body.items;
const remove = (address: string, query = '', as = kit.a.manager) =>
  kit.request('DELETE', `/v1/suppressions/sms/${encodeURIComponent(address)}${query}`, { as });

describe('the own list', () => {
  it('blocks at once, cancels what waits, says who and why, and can be undone', async () => {
    const phone = newNumber();
    const { contactId, conversationId } = await kit.receive(kit.a, { from: phone });
    const waiting = await kit.request('POST', '/v1/messages', {
      body: { conversation_id: conversationId, body: 'Later', send_at: new Date(Date.now() + 3_600_000) },
    });
    expect((await add({ address: phone, reason: 'Lawyer wrote' })).body).toMatchObject({
      added: 1,
      already: 0,
    });
    expect((await add({ address: phone, reason: 'Again' })).body).toMatchObject({ added: 0, already: 1 });
    expect((await kit.request('GET', `/v1/messages/${waiting.body.id}`)).body).toMatchObject({
      status: 'canceled',
      error: { code: 'suppressed' },
    });
    expect(
      await kit.request('POST', '/v1/messages', { body: { contact_id: contactId, body: 'Hi' } }),
    ).toMatchObject({ status: 409, body: { code: 'suppressed' } });
    const conversation = await kit.request('GET', `/v1/conversations/${conversationId}`);
    expect(conversation.body.block.code).toBe('suppressed');
    expect(await list(`q=${phone.slice(-4)}`)).toMatchObject([
      {
        address: phone,
        listed: true,
        withdrawn: false,
        reason: 'Lawyer wrote',
        member: { id: 'alpha-manager' },
      },
    ]);
    expect((await remove(phone)).status).toBe(204);
    expect((await remove(phone)).body.code).toBe('not_found');
    expect((await kit.request('GET', `/v1/conversations/${conversationId}`)).body.block).toBeNull();
    const events = await kit.admin(
      `select type from events where contact_id = $1 and type like 'consent.%' order by position`,
      [contactId],
    );
    expect(events).toEqual([{ type: 'consent.blocked' }, { type: 'consent.unblocked' }]);
  });

  it('keeps what the person withdrew: the team cannot take that off, and START does not take the team’s off', async () => {
    const phone = newNumber();
    await kit.receive(kit.a, { from: phone, body: 'STOP' });
    expect(await remove(phone)).toMatchObject({ status: 409, body: { code: 'not_removable' } });
    await add({ address: phone });
    await kit.receive(kit.a, { from: phone, body: 'START' });
    expect(await list(`q=${phone.slice(-4)}`)).toMatchObject([{ listed: true, withdrawn: false }]);
    await kit.receive(kit.a, { from: phone, body: 'STOP' });
    expect((await remove(phone)).status).toBe(204);
    expect(await list(`q=${phone.slice(-4)}`)).toMatchObject([{ listed: false, withdrawn: true }]);
  });

  it('takes ten thousand at once, and tells what it could not read', async () => {
    const addresses = Array.from({ length: 9_998 }, (_, index) => `+1415${String(2_000_000 + index)}`);
    const body = { addresses: [...addresses, 'nonsense', addresses[0]] };
    const answer = await kit.request('POST', '/v1/suppressions/batch', { body, as: kit.b.manager });
    expect(answer.body).toEqual({
      added: 9_998,
      already: 0,
      invalid: [{ index: 9_998, address: 'nonsense' }],
      invalid_count: 1,
    });
    let next: string | null = null;
    const seen = new Set<string>();
    do {
      const path: string = `/v1/suppressions?limit=200&channel=sms${next ? `&after=${next}` : ''}`;
      const page = (await kit.request('GET', path, { as: kit.b.manager })).body;
      for (const { address } of page.items) seen.add(address);
      ({ next } = page);
    } while (next);
    expect(seen.size).toBe(9_998);
    const many = { addresses: Array.from({ length: 10_001 }, () => '+14152000000') };
    expect(
      (await kit.request('POST', '/v1/suppressions/batch', { body: many, as: kit.b.manager })).status,
    ).toBe(422);
  });

  it('is for managers, and refuses what is no address or place', async () => {
    for (const [method, path, body] of [
      ['GET', '/v1/suppressions', undefined],
      ['POST', '/v1/suppressions', { address: '+13125550199' }],
      ['POST', '/v1/suppressions/batch', { addresses: ['+13125550199'] }],
      ['DELETE', '/v1/suppressions/sms/%2B13125550199', undefined],
    ] as const) {
      expect((await kit.request(method, path, { body, as: kit.a.agent })).status).toBe(403);
    }
    expect(await add({ address: 'nobody' })).toMatchObject({ status: 422, body: { code: 'invalid_phone' } });
    expect((await kit.request('GET', '/v1/suppressions?after=xyz', { as: kit.a.manager })).body.code).toBe(
      'invalid_cursor',
    );
    expect(await list('q=%25')).toEqual([]);
  });
});

describe('an agency’s list', () => {
  it('blocks in every client, is the agency’s alone, and leaves other accounts in peace', async () => {
    const phone = newNumber();
    const ours = await kit.receive(kit.a, { from: phone });
    const theirs = await kit.receive(kit.b, { from: phone });
    expect((await add({ list: 'agency', address: phone, reason: 'Litigator' }, agency)).body.added).toBe(1);
    const send = (as: string, contact_id: string) =>
      kit.request('POST', '/v1/messages', { as, body: { contact_id, body: 'Hi' } });
    expect((await send(kit.a.agent, ours.contactId)).body.code).toBe('suppressed');
    expect((await send(kit.b.agent, theirs.contactId)).status).toBe(201);
    expect((await kit.request('GET', `/v1/conversations/${ours.conversationId}`)).body.block.code).toBe(
      'suppressed',
    );
    const consentOf = async (as: string, id: string) =>
      (await kit.request('GET', `/v1/contacts/${id}`, { as })).body.consent;
    const found = async (as: string, state: string) =>
      (
        await kit.request('POST', '/v1/contacts/search', {
          as,
          body: {
            filter: {
              all: [{ consent: { channel: 'sms', state } }, { field: 'phone', op: 'is', value: phone }],
            },
          },
        })
      ).body.items.length;
    expect(await consentOf(kit.a.agent, ours.contactId)).toMatchObject([
      { state: 'withdrawn', source: 'list' },
    ]);
    expect(await consentOf(kit.b.agent, theirs.contactId)).toMatchObject([{ state: 'unknown' }]);
    expect([await found(kit.a.agent, 'withdrawn'), await found(kit.a.agent, 'unknown')]).toEqual([1, 0]);
    expect([await found(kit.b.agent, 'withdrawn'), await found(kit.b.agent, 'unknown')]).toEqual([0, 1]);
    expect(await list('list=agency', agency)).toMatchObject([{ address: phone, reason: 'Litigator' }]);
    // a client neither sees nor changes it
    expect((await kit.request('GET', '/v1/suppressions?list=agency', { as: kit.a.manager })).status).toBe(
      403,
    );
    expect((await add({ list: 'agency', address: newNumber() })).status).toBe(403);
    expect((await remove(phone, '?list=agency')).status).toBe(403);
    expect((await remove(phone)).status).toBe(404);
    expect((await remove(phone, '?list=agency', agency)).status).toBe(204);
    expect((await send(kit.a.agent, ours.contactId)).status).toBe(201);
    expect([await found(kit.a.agent, 'withdrawn'), await found(kit.a.agent, 'unknown')]).toEqual([0, 1]);
  });

  it('is all that a client’s transaction can read of its agency, a sibling or anybody else', async () => {
    await kit.kit.tenants.upsert({ id: 'sibling', name: 'Sibling', parent: 'agency' });
    await kit.kit.tenants.upsert({ id: 'other-agency', name: 'Other' });
    const phones = {
      agency: newNumber(),
      sibling: newNumber(),
      'other-agency': newNumber(),
      beta: newNumber(),
    };
    for (const [tenant, phone] of Object.entries(phones)) {
      const as = await kit.token(tenant, 'manager');
      await kit.request('POST', '/v1/contacts', { as, body: { phone } });
      await add({ address: phone }, as);
      // a client may not have such a list; should one be there all the same, nobody but itself sees it
      await kit.admin(
        `insert into agency_suppressions (tenant_id, channel, address) values ($1, 'sms', $2)`,
        [tenant, phone],
      );
    }
    const tables = await kit.admin(
      `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
       where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
         and c.relname not in ('sender_directory', 'sender_wakeups', 'segment_cursors')`,
    );
    const seen: Record<string, string[]> = {};
    for (const { relname } of tables) {
      const rows = await kit.rows<{ tenant_id: string }>(
        kit.a,
        ({ sql }) => sql`select distinct tenant_id from ${sql(relname)}`,
      );
      seen[relname] = rows.map((row) => row.tenant_id).filter((tenant) => tenant !== kit.a.id);
    }
    const { agency_suppressions: list, ...rest } = seen;
    expect(list).toEqual(['agency']);
    expect(Object.values(rest).flat()).toEqual([]);
    await expect(
      kit.rows(
        kit.a,
        ({ sql }) => sql`insert into agency_suppressions (tenant_id, channel, address)
        values ('agency', 'sms', '+13125550000')`,
      ),
    ).rejects.toMatchObject({ code: '42501' });
    expect(await kit.rows(kit.a, ({ sql }) => sql`delete from agency_suppressions returning 1`)).toEqual([]);
  });
});
