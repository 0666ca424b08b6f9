import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from './step.ts';
import { getStepsWorld, type StepsWorld } from '../testing/steps-world.ts';
import { STEP_RUNNERS } from './index.ts';

let world: StepsWorld;
beforeAll(async () => {
  world = await getStepsWorld(STEP_RUNNERS);
});
afterAll(() => world.close());
afterEach(() => world.settings({}));

const messagesTo = ({ contact }: Run) =>
  world.kit.admin(
    `select * from messages where contact_id = $1 and direction = 'outbound' order by created_at, message_id`,
    [contact.id],
  );
const block = ({ contact }: Run) => world.kit.receive(world.kit.a, { from: contact.phone!, body: 'STOP' });

describe('sending a text', () => {
  it('queues one for each in the name of the workflow, in their own words', async () => {
    const runs = [await world.person(), await world.person({ first_name: null })];
    const outcomes = await world.take(
      { kind: 'send_sms', body: 'Hi {{ first_name | default: "there" }}!' },
      runs,
    );
    for (const [nth, words] of ['Hi Anna!', 'Hi there!'].entries()) {
      const [message, ...more] = await messagesTo(runs[nth]!);
      expect(more).toEqual([]);
      expect(message).toMatchObject({
        body: words,
        origin: 'workflow',
        purpose: 'conversation',
        status: 'queued',
        from_address: world.kit.a.address,
        author_id: `workflow:${world.workflowId}`,
        author_name: 'Five Days of Joy',
      });
      expect(outcomes[nth]).toEqual({ done: true, detail: { message_id: message.message_id } });
    }
  });

  it('says why somebody is passed over, and texts the others', async () => {
    const [good, without, out] = [
      await world.person(),
      await world.person({ phone: null }),
      await world.person(),
    ];
    await block(out);
    const outcomes = await world.take({ kind: 'send_sms', body: 'Hi' }, [good, without, out]);
    expect(outcomes).toEqual([
      { done: true, detail: expect.anything() },
      { skip: 'no_address' },
      { skip: 'opted_out' },
    ]);
    expect(await messagesTo(out)).toEqual([]);
  });

  it('passes over who has not agreed to marketing, where it is that', async () => {
    world.settings({ purpose: 'marketing' });
    const run = await world.person();
    expect(await world.take({ kind: 'send_sms', body: 'Hi' }, [run])).toEqual([{ skip: 'no_consent' }]);
    expect(await messagesTo(run)).toEqual([]);
  });

  it('does as the workflow says where there is nothing to put in', async () => {
    const step = { kind: 'send_sms', body: 'Your {{ vars.car }}' };
    expect(await world.take(step, [await world.person()])).toMatchObject([{ done: true }]);
    world.settings({ missing_variable: 'skip' });
    expect(await world.take(step, [await world.person()])).toEqual([
      { skip: 'missing_variable', detail: { missing: ['vars.car'] } },
    ]);
    world.settings({ missing_variable: 'fail' });
    expect(await world.take(step, [await world.person()])).toMatchObject([
      { fail: 'There is nothing to put in for vars.car.' },
    ]);
  });

  it('fails with plain words for a template that loops for ever', async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => world.person()));
    const step = {
      kind: 'send_sms',
      body: '{% for a in (1..9000) %}{% for b in (1..9) %}x{% endfor %}{% endfor %}',
    };
    const outcomes = await world.take(step, runs);
    expect(outcomes.every((outcome) => 'fail' in outcome && /does too much/.test(outcome.fail))).toBe(true);
  });

  it('goes with the hours of its workflow, for when it leaves', async () => {
    world.settings({ zone: 'contact', window: { from: '10:00', to: '18:00' } });
    const run = await world.person();
    await world.take({ kind: 'send_sms', body: 'Hi' }, [run]);
    const [row] = await world.kit.admin('select send_window from messages where contact_id = $1', [
      run.contact.id,
    ]);
    expect(row!['send_window']).toEqual({ zone: 'contact', from: '10:00', to: '18:00' });
  });

  it('sends from the number that the step names', async () => {
    const run = await world.person();
    const senderId = await world.kit.kit.tenants.addSender({
      tenant: world.kit.a.id,
      address: '+13125550300',
    });
    await world.take({ kind: 'send_sms', body: 'Hi', sender: '+13125550300' }, [run]);
    expect(await messagesTo(run)).toMatchObject([{ sender_id: senderId, from_address: '+13125550300' }]);
    expect(await world.take({ kind: 'send_sms', body: 'Hi', sender: '+13125559999' }, [run])).toEqual([
      { skip: 'no_sender' },
    ]);
  });
});

describe('files in a text of a workflow', () => {
  it('go with it where the carrier takes them', async () => {
    const id = await world.asset({ key: 'small' });
    const run = await world.person();
    await world.take({ kind: 'send_video', video: 'small' }, [run]);
    const [message] = await messagesTo(run);
    expect(message).toMatchObject({ body: 'Here is a short video for you.' });
    expect(message.media).toMatchObject([{ asset_id: id, sent_as: 'attachment' }]);
    const links = await world.kit.admin('select * from asset_links where message_id = $1', [
      message.message_id,
    ]);
    expect(links).toMatchObject([{ purpose: 'file', contact_id: run.contact.id }]);
  });

  it('else as a link of each contact’s own', async () => {
    await world.asset({ key: 'guide', kind: 'document', type: 'application/pdf' });
    const runs = [await world.person(), await world.person()];
    await world.take({ kind: 'send_pdf', pdf: 'guide', body: 'Read this, {{ first_name }}' }, runs);
    const bodies = (await Promise.all(runs.map(messagesTo))).map(([message]) => message.body as string);
    for (const body of bodies)
      expect(body).toMatch(/^Read this, Anna\nhttps:\/\/portal\.example\.com\/crm\/m\/\w{14}$/);
    expect(new Set(bodies).size).toBe(2);
  });

  it('may stand in the words, as a link of each contact’s own', async () => {
    const id = await world.asset({ key: 'inside' });
    const run = await world.person();
    await world.take({ kind: 'send_sms', body: 'Look: {{ asset.inside.url }}' }, [run]);
    const [message] = await messagesTo(run);
    const [link] = await world.kit.admin('select * from asset_links where asset_id = $1', [id]);
    expect(link).toMatchObject({
      contact_id: run.contact.id,
      message_id: message.message_id,
      purpose: 'page',
    });
    expect(message.body).toContain(`/m/${link.code}`);
  });

  it('are waited for while they are made ready, and passed over when they are gone', async () => {
    await world.asset({ key: 'slow', state: 'processing' });
    await world.asset({ key: 'gone', deleted_at: world.now });
    await world.asset({ key: 'bad', state: 'refused', reason: 'It is no video.' });
    const run = await world.person();
    expect(await world.take({ kind: 'send_video', video: 'slow' }, [run])).toEqual([
      { wait: { reason: 'asset', until: '2026-11-23T16:01:00.000Z', what: 'slow' } },
    ]);
    expect(await world.take({ kind: 'send_video', video: 'gone' }, [run])).toEqual([
      { skip: 'asset_deleted', detail: { asset: 'gone' } },
    ]);
    expect(await world.take({ kind: 'send_video', video: 'bad' }, [run])).toEqual([
      { fail: '“Birthday” cannot be sent: It is no video.' },
    ]);
    expect(await messagesTo(run)).toEqual([]);
  });
});

describe('a short link', () => {
  const open = (
    url: string,
    agent: string | null = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1',
  ) =>
    world.kit.request('GET', new URL(url).pathname.replace('/crm', ''), {
      as: null,
      headers: agent === null ? {} : { 'user-agent': agent },
    });
  async function shortened(url = 'https://example.com/book?a=1') {
    const run = await world.person();
    await world.take({ kind: 'send_sms', body: `Book: {{ "${url}" | short }}` }, [run]);
    const [message] = await messagesTo(run);
    return { run, url: /https:\S+/.exec(message.body)![0] };
  }
  const clicks = () =>
    world.kit.admin(`select * from events where type = 'link.clicked' order by tx, position`);

  it('leads where its row says, and tells who followed it', async () => {
    const { run, url } = await shortened();
    expect(url).toMatch(/^https:\/\/portal\.example\.com\/crm\/m\/\w{15}$/);
    const answer = await open(url);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://example.com/book?a=1']);
    const [event] = (await clicks()).slice(-1);
    expect(event).toMatchObject({
      contact_id: run.contact.id,
      data: { url: 'https://example.com/book?a=1', by: 'human', enrollment_id: run.enrollmentId, step: 's' },
    });
    const [row] = await world.kit.admin('select clicks from tracked_links where contact_id = $1', [
      run.contact.id,
    ]);
    expect(row.clicks).toBe(1);
  });

  it('leads machines there as well, whose visit is nobody’s', async () => {
    const { run, url } = await shortened();
    for (const agent of ['facebookexternalhit/1.1', null]) expect((await open(url, agent)).status).toBe(302);
    const [event] = (await clicks()).slice(-1);
    expect(event).toMatchObject({ contact_id: null, data: { by: 'machine' } });
    const [row] = await world.kit.admin('select clicks from tracked_links where contact_id = $1', [
      run.contact.id,
    ]);
    expect(row.clicks).toBe(0);
  });

  it('leads nowhere when it was not made here, or has ended', async () => {
    const { run, url } = await shortened();
    const forged = url.slice(0, -1) + (url.endsWith('a') ? 'b' : 'a');
    expect((await open(forged)).status).toBe(404);
    await world.kit.admin('update tracked_links set expires_at = $2 where contact_id = $1', [
      run.contact.id,
      new Date(world.now.getTime() - 1),
    ]);
    const ended = await open(url);
    expect([ended.status, ended.headers.get('location')]).toEqual([410, null]);
    await world.kit.admin('delete from contacts where contact_id = $1', [run.contact.id]);
    expect((await open(url)).status).toBe(404);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'https://a:b@example.com/',
    '//example.com',
  ])('is not made of %s', async (url) => {
    const run = await world.person();
    await world.take({ kind: 'send_sms', body: `Book: {{ "${url}" | short }}` }, [run]);
    expect(await messagesTo(run)).toMatchObject([{ body: `Book: ${url}` }]);
    expect(
      await world.kit.admin('select 1 from tracked_links where contact_id = $1', [run.contact.id]),
    ).toEqual([]);
  });
});
