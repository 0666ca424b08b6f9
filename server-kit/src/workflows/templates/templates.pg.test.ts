import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STEP_RUNNERS } from '../steps/index.ts';
import { getStepsWorld, type StepsWorld } from '../testing/steps-world.ts';

let world: StepsWorld;
beforeAll(async () => {
  world = await getStepsWorld(STEP_RUNNERS);
});
afterAll(() => world.close());

const ask = (method: string, path: string, body?: object, headers?: Record<string, string>) =>
  world.kit.request(method, `/v1/templates${path}`, {
    as: world.kit.a.manager,
    body,
    ...(headers && { headers }),
  });
const wordsTo = async (contactId: string) =>
  (await world.kit.admin('select body from messages where contact_id = $1', [contactId])).map(
    ({ body }) => body,
  );

describe('a text of the library', () => {
  it('is what steps say, from its change on in the new words; the old ones are kept', async () => {
    const made = await ask('POST', '', { key: 'hello', name: 'Hello', body: 'Hello {{ first_name }}' });
    expect(made).toMatchObject({ status: 201, body: { key: 'hello', version: 1 } });
    const [one, two] = [await world.person(), await world.person()];
    await world.take({ kind: 'send_sms', template: 'hello' }, [one]);
    const changed = await ask(
      'PATCH',
      `/${made.body.id}`,
      { body: 'Hey {{ first_name }}' },
      { 'if-match': '"1"' },
    );
    expect(changed.body.version).toBe(2);
    await world.take({ kind: 'send_sms', template: 'hello' }, [two]);
    expect([await wordsTo(one.contact.id), await wordsTo(two.contact.id)]).toEqual([
      ['Hello Anna'],
      ['Hey Anna'],
    ]);
    const versions = await ask('GET', `/${made.body.id}/versions`);
    expect(versions.body.items).toMatchObject([
      { version: 2, body: 'Hey {{ first_name }}', author: { id: 'alpha-manager' } },
      { version: 1, body: 'Hello {{ first_name }}' },
    ]);
  });

  it('is no change of words when its name changes, and no change at all when nothing does', async () => {
    const { body } = await ask('POST', '', { key: 'named', name: 'A', body: 'x' });
    expect((await ask('PATCH', `/${body.id}`, { name: 'B' })).body).toMatchObject({ name: 'B', version: 1 });
    expect((await ask('PATCH', `/${body.id}`, { name: 'B', body: 'x' })).body.version).toBe(1);
  });

  it('is not overwritten by somebody who has seen an older one', async () => {
    const { body } = await ask('POST', '', { key: 'two', name: 'Two', body: 'x' });
    const [one, other] = await Promise.all(
      ['y', 'z'].map((words) => ask('PATCH', `/${body.id}`, { body: words }, { 'if-match': '"1"' })),
    );
    expect([one!.status, other!.status].sort()).toEqual([200, 412]);
  });

  it('is missed by steps once it is deleted, and its key is free', async () => {
    const { body } = await ask('POST', '', { key: 'gone', name: 'Gone', body: 'x' });
    expect((await ask('DELETE', `/${body.id}`)).status).toBe(204);
    expect(await world.take({ kind: 'send_sms', template: 'gone' }, [await world.person()])).toEqual([
      { fail: 'There is no template “gone” in the library any more.' },
    ]);
    expect((await ask('POST', '', { key: 'gone', name: 'Gone', body: 'x' })).status).toBe(201);
  });

  it('is a manager’s to change', async () => {
    const answer = await world.kit.request('POST', '/v1/templates', {
      body: { key: 'a', name: 'a', body: 'a' },
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});

describe('a preview', () => {
  it('is as it would be for this contact, and makes no link', async () => {
    const run = await world.person({ fields: JSON.stringify({ car: 'red' }) });
    const body =
      'Hi {{ first_name }}, {{ fields.car }} {{ vars.x }} {{ "https://example.com" | short }} {{ nobody }}';
    const { body: seen } = await ask('POST', '/preview', {
      body,
      contact_id: run.contact.id,
      variables: { x: 1 },
    });
    expect(seen).toMatchObject({
      text: expect.stringMatching(/^Hi Anna, red 1 https:\/\/portal\.example\.com\/crm\/m\/x{15} $/),
      missing: ['nobody'],
      problems: [{ code: 'unknown_variable' }],
      segments: 1,
    });
    expect(await world.kit.admin('select 1 from tracked_links')).toEqual([]);
  });

  it('says what is wrong instead', async () => {
    for (const body of ['{% if a %}', '{% for i in (1..999999999) %}x{% endfor %}'])
      expect((await ask('POST', '/preview', { body })).body).toMatchObject({
        text: null,
        problems: [{ code: 'invalid_template', mend: expect.any(String) }],
      });
  });
});
