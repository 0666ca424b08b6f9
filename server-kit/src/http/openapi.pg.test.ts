/** The document is what the server does: the checked-in file is fresh, and every route's real answers are valid by it. */
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../ids.ts';
import { pdf } from '../media/testing/sending.ts';
import { getTestKit, type TestAnswer, type TestKit, type TestRequest } from '../testing/kit.ts';
import { publishForTest } from '../workflows/testing/published.ts';
import { describeApi } from './describe.ts';

const joy = (name = 'Joy') => `version: 1
key: joy
name: ${name}
triggers: [{ on: manual }]
steps:
  - { id: hello, kind: add_tag, tags: [Joy] }
  - { id: wait, kind: wait, for: 1 day }
  - { id: bye, kind: send_sms, body: 'Bye. Reply STOP to opt out.' }
`;

interface Document {
  openapi: string;
  paths: Record<
    string,
    Record<
      string,
      { operationId: string; responses: Record<string, { content?: Record<string, { schema: object }> }> }
    >
  >;
  components: { schemas: Record<string, object> };
}
const document = describeApi() as Document;

let kit: TestKit;
beforeAll(async () => {
  kit = await getTestKit();
});
afterAll(() => kit.close());

it('is checked in as generated (else: node server-kit/src/bin/openapi.ts)', () => {
  const file = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(document)));
});

it('is served without a token', async () => {
  const answer = await kit.request('GET', '/v1/openapi.json', { as: null });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
});

it('is OpenAPI 3.1, with every reference resolved and every operation named once', () => {
  expect(document.openapi).toMatch(/^3\.1/);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name!);
  const names = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map((one) => one.operationId),
  );
  expect(new Set(names).size).toBe(names.length);
});

/** Answers must hold what the document names and nothing else, although clients are told to allow more. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, held]) => [key, closed(held)]));
  return copy['type'] === 'object' && copy['properties'] && copy['additionalProperties'] === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}

const ajv = new Ajv.default({ strict: false, allErrors: true });
addFormats.default(ajv);
const $defs = closed(document.components.schemas);
const seen = new Set<string>();

function check(method: string, path: string, answer: TestAnswer): void {
  const [name, methods] = Object.entries(document.paths).find(([template, held]) => {
    const pattern = new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`);
    return (
      pattern.test(path.split('?')[0]!) &&
      method.toLowerCase() in held &&
      path.includes('/counts') === template.includes('/counts') &&
      path.includes('/merges/') === template.includes('/merges/')
    );
  })!;
  const operation = methods[method.toLowerCase()]!;
  const declared = operation.responses[String(answer.status)];
  expect(declared, `${method} ${name} answered ${answer.status}, which is not declared`).toBeDefined();
  seen.add(`${operation.operationId} ${answer.status < 300 ? 'ok' : 'problem'}`);
  const [type, content] = Object.entries(declared!.content ?? {})[0] ?? [];
  if (!content || type === '*/*' || method === 'HEAD') return;
  expect(answer.headers.get('content-type')).toContain(type);
  const own = { ...(closed(content.schema) as object), $defs };
  const schema = JSON.parse(JSON.stringify(own).replaceAll('#/components/schemas/', '#/$defs/'));
  const valid = ajv.validate(schema, answer.body);
  expect(valid, `${method} ${name}: ${ajv.errorsText()}\n${JSON.stringify(answer.body)}`).toBe(true);
}

describe('every route', () => {
  const ask = async (method: string, path: string, request?: TestRequest) => {
    const answer = await kit.request(method, path, request);
    check(method, path, answer);
    return answer;
  };

  it('answers as the document says', { timeout: 60_000 }, async () => {
    const manager = { as: kit.a.manager };
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const received = await kit.receive(kit.a, {
      body: 'please remove me from this',
      media: [{ url: 'https://carrier.example/1', type: 'image/png' }],
    });
    const conversation = `/v1/conversations/${received.conversationId}`;

    await ask('GET', '/v1/me');
    await ask('GET', '/v1/brand');
    await ask('GET', '/v1/conversations');
    await ask('GET', '/v1/conversations/counts');
    await ask('GET', conversation);
    await ask('PATCH', conversation, {
      body: { assignee_id: 'alpha-agent', unread: false, state: 'waiting' },
    });
    await ask('GET', conversation);
    const sent = await ask('POST', '/v1/messages', {
      body: {
        conversation_id: received.conversationId,
        body: 'Later',
        send_at: inAnHour,
        media_urls: ['https://x.example/a.png'],
      },
    });
    const message = `/v1/messages/${sent.body.id}`;
    await ask('POST', '/v1/messages', {
      body: {
        id: sent.body.id,
        conversation_id: received.conversationId,
        body: 'Later',
        media_urls: ['https://x.example/a.png'],
      },
    });
    await ask('GET', message);
    await ask('PATCH', message, { body: { body: 'Later still' } });
    const thread = await ask('GET', `${conversation}/messages`);
    expect(thread.body.events).not.toEqual([]);
    await ask('GET', thread.body.items[0].media[0].url.replace('/crm', ''), { as: null });
    await ask('POST', `${message}/cancel`);
    await kit.admin(
      `update messages set status = 'failed', error_code = '30005', error_reason = 'Gone.' where message_id = $1`,
      [sent.body.id],
    );
    await ask('GET', message);
    await ask('GET', '/v1/conversations');
    await ask('POST', `${message}/retry`);
    const field = await ask('POST', '/v1/contact-fields', {
      ...manager,
      body: { key: 'kinds', label: 'Kinds', type: 'multi_choice', options: ['house', 'flat'] },
    });
    await ask('GET', '/v1/contact-fields');
    await ask('PATCH', `/v1/contact-fields/${field.body.id}`, { ...manager, body: { label: 'Kind' } });
    const contact = await ask('POST', '/v1/contacts', {
      body: {
        first_name: 'Ana',
        phone: '+13125550155',
        tags: ['a'],
        fields: { house: 'blue', kinds: ['flat'] },
        profile: { mood: 3, calm: true },
        birthday: '--02-29',
        addresses: [{ kind: 'email', address: 'Ana@Example.com', label: 'work' }],
        dnd: ['sms'],
        owner_id: 'alpha-agent',
        lead_score: 7,
        time_zone: 'America/Denver',
      },
    });
    await ask('GET', '/v1/contacts');
    await ask('GET', `/v1/contacts/${contact.body.id}`);
    await ask('PATCH', `/v1/contacts/${contact.body.id}`, { body: { email: 'ana@example.com' } });
    await ask('POST', `/v1/contacts/${contact.body.id}/consent`, {
      body: { action: 'withdraw', wording: 'by phone' },
    });
    await ask('GET', `/v1/contacts/${contact.body.id}/consent`);
    await ask('POST', `/v1/contacts/${contact.body.id}/consent`, {
      ...manager,
      body: {
        action: 'grant',
        kind: 'express_written',
        source: 'form',
        wording: 'I agree',
        ip: '2001:db8::7',
        proof: { reference: 'https://files.example.com/1.pdf' },
        expires_at: inAnHour,
      },
    });
    await ask('GET', `/v1/contacts/${contact.body.id}`);
    const asked = await ask('POST', `/v1/contacts/${contact.body.id}/consent/request`, {
      body: { via: 'link' },
    });
    expect(asked.status).toBe(201);
    const ledger = await ask('GET', `/v1/contacts/${contact.body.id}/consent`);
    expect(ledger.body.requests).toHaveLength(1);
    await ask('GET', `/v1/contacts/${contact.body.id}/consent.csv`);
    await ask('POST', `/v1/contacts/${contact.body.id}/preference-link`, { body: {} });
    const suppressions = { ...manager, body: { address: '+13125550156', reason: 'asked by mail' } };
    await ask('POST', '/v1/suppressions', suppressions);
    await ask('POST', '/v1/suppressions/batch', { ...manager, body: { addresses: ['+13125550157', 'x'] } });
    await ask('GET', '/v1/suppressions?limit=1', manager);
    await ask('DELETE', '/v1/suppressions/sms/%2B13125550156', manager);
    await ask('GET', `/v1/contacts/${received.contactId}/timeline`);
    await ask('POST', `/v1/contacts/${received.contactId}/consent`, { body: { action: 'withdraw' } });
    await ask('GET', conversation);
    await ask('GET', `${conversation}/messages`);
    const reply = await ask('POST', '/v1/quick-replies', {
      ...manager,
      body: { shortcut: 'hi', title: 'Hi', body: 'Hi!' },
    });
    await ask('GET', '/v1/quick-replies');
    await ask('DELETE', `/v1/quick-replies/${reply.body.id}`, manager);

    const twin = await ask('POST', '/v1/contacts', {
      body: { email: 'ANA@example.com', first_name: 'Anna' },
    });
    const alike = await ask('GET', `/v1/contacts/${contact.body.id}/duplicates`);
    expect(alike.body.items).toMatchObject([{ contact: { id: twin.body.id }, reasons: ['email'] }]);
    const merged = await ask('POST', `/v1/contacts/${contact.body.id}/merge`, {
      body: { with: twin.body.id },
    });
    await ask('GET', `/v1/contacts/${twin.body.id}`);
    await ask('POST', `/v1/contacts/merges/${merged.body.id}/undo`);
    await ask('POST', `/v1/contacts/merges/${merged.body.id}/undo`);
    await ask('DELETE', `/v1/contacts/${twin.body.id}`, manager);
    await ask('DELETE', `/v1/contact-fields/${field.body.id}`, manager);
    const filter = { all: [{ field: 'first_name', op: 'is', value: 'Ana' }] };
    const made = await ask('POST', '/v1/segments', { body: { name: 'Anas', filter } });
    const list = await ask('POST', '/v1/segments', { body: { name: 'By hand', kind: 'static' } });
    const segment = `/v1/segments/${made.body.id}`;
    await ask('GET', '/v1/segments');
    await ask('GET', segment);
    await ask('PATCH', segment, { body: { name: 'All Anas' } });
    await ask('GET', `${segment}/contacts`);
    await ask('POST', `/v1/segments/${list.body.id}/contacts`, { body: { add: [contact.body.id] } });
    await ask('POST', '/v1/segments/preview', { body: { filter } });
    await ask('POST', '/v1/contacts/search', { body: { filter, q: 'an' } });
    await ask('POST', '/v1/conversations/search', { body: { filter, unread: true } });
    await ask('DELETE', `/v1/segments/${list.body.id}`);

    await ask('GET', '/v1/pipelines');
    const pipeline = await ask('POST', '/v1/pipelines', { ...manager, body: { name: 'Rentals' } });
    const board = `/v1/pipelines/${pipeline.body.id}`;
    await ask('GET', board);
    await ask('PATCH', board, { ...manager, body: { name: 'Lettings' } });
    const stageId = pipeline.body.stages[0].id;
    const card = await ask('POST', '/v1/opportunities', {
      body: {
        contact_id: contact.body.id,
        stage_id: stageId,
        name: 'Roof',
        value: 1,
        currency: 'USD',
        owner_id: 'alpha-agent',
        expected_close: '2026-12-01',
      },
    });
    const opportunity = `/v1/opportunities/${card.body.id}`;
    await ask('GET', opportunity);
    await ask('PATCH', opportunity, { body: { value: 2 } });
    await ask('POST', `${opportunity}/move`, { body: { stage_id: pipeline.body.stages[3].id } });
    await ask('GET', `${board}/board`);
    await ask('GET', `/v1/stages/${stageId}/cards`);
    await ask('GET', `/v1/contacts/${contact.body.id}/opportunities`);
    const due = { on: '2026-12-01' };
    const task = await ask('POST', '/v1/tasks', {
      body: { title: 'Call', contact_id: contact.body.id, due },
    });
    await ask('GET', `/v1/tasks/${task.body.id}`);
    await ask('GET', `/v1/contacts/${contact.body.id}/timeline`);
    await ask('PATCH', `/v1/tasks/${task.body.id}`, { body: { done: true } });
    await ask('GET', '/v1/tasks?state=done');
    const text = 'Ask <@alpha-agent>';
    const note = await ask('POST', `/v1/contacts/${contact.body.id}/notes`, { ...manager, body: { text } });
    await ask('PATCH', `/v1/notes/${note.body.id}`, { ...manager, body: { text: 'No' } });
    await ask('GET', `/v1/contacts/${contact.body.id}/notes`);
    await ask('GET', '/v1/notifications');
    await ask('POST', '/v1/notifications/read', { body: {} });

    // and their refusals
    const nobody = newId();
    await ask('GET', '/v1/pipelines', { as: null });
    await ask('POST', '/v1/pipelines', { ...manager, body: { name: 'lettings' } });
    await ask('GET', `/v1/pipelines/${nobody}`);
    await ask('PATCH', board, { ...manager, body: { name: 'x' }, headers: { 'if-match': '"1"' } });
    await ask('DELETE', board, manager);
    await ask('GET', `${board}/board?filter=x`);
    await ask('GET', `/v1/stages/${stageId}/cards?after=-`);
    await ask('GET', `/v1/contacts/${nobody}/opportunities`);
    await ask('POST', '/v1/opportunities', { body: { contact_id: contact.body.id, value: 1 } });
    await ask('GET', `/v1/opportunities/${nobody}`);
    await ask('PATCH', opportunity, { body: { value: 2 }, headers: { 'if-match': '"1"' } });
    await ask('POST', `${opportunity}/move`, { body: { stage_id: stageId, from: stageId } });
    await ask('DELETE', opportunity);
    await ask('DELETE', opportunity);
    await ask('DELETE', board, manager);
    await ask('GET', '/v1/tasks?after=garbled');
    await ask('POST', '/v1/tasks', { body: { title: 'x', due: { on: '2026-12-01', time_zone: 'Moon' } } });
    await ask('GET', `/v1/tasks/${nobody}`);
    await ask('PATCH', `/v1/tasks/${task.body.id}`, { body: { title: 'x' }, headers: { 'if-match': '"1"' } });
    await ask('DELETE', `/v1/tasks/${task.body.id}`);
    await ask('DELETE', `/v1/tasks/${task.body.id}`);
    await ask('GET', `/v1/contacts/${nobody}/notes`);
    await ask('POST', `/v1/contacts/${nobody}/notes`, { body: { text: 'x' } });
    await ask('PATCH', `/v1/notes/${note.body.id}`, { body: { text: 'x' } });
    await ask('DELETE', `/v1/notes/${note.body.id}`);
    await ask('DELETE', `/v1/notes/${note.body.id}`, manager);
    await ask('GET', '/v1/notifications?after=garbled');
    await ask('POST', '/v1/notifications/read', { body: { ids: ['x'] } });
    await ask('GET', '/v1/me', { as: null });
    await ask('GET', '/v1/brand', { as: 'x.y.z' });
    await ask('GET', '/v1/feed', { as: null });
    await ask('GET', '/v1/conversations?after=garbled');
    await ask('GET', '/v1/conversations?limit=1000');
    await ask('GET', '/v1/conversations/counts?channel=fax');
    await ask('GET', `/v1/conversations/${nobody}`);
    await ask('PATCH', conversation, { body: { state: 'lost' } });
    await ask('PATCH', conversation, { body: { assignee_id: 'nobody' } });
    await ask('GET', `${conversation}/messages?before=x&after=y`);
    await ask('POST', '/v1/messages', { body: { conversation_id: received.conversationId, body: 'x' } });
    await ask('POST', '/v1/messages', { body: { to: '12', body: 'x' } });
    await ask('GET', `/v1/messages/${nobody}`);
    await ask('PATCH', message, { body: { body: '' } });
    await ask('POST', `/v1/messages/${nobody}/cancel`);
    await ask('POST', `${message}/retry`);
    await ask('GET', '/v1/contacts?after=garbled');
    await ask('POST', '/v1/contacts', { body: { phone: '+13125550155' } });
    await ask('GET', `/v1/contacts/${nobody}`);
    await ask('PATCH', `/v1/contacts/${contact.body.id}`, {
      body: { stage: 'x' },
      headers: { 'if-match': '"1"' },
    });
    await ask('GET', `/v1/contacts/${nobody}/consent`);
    await ask('GET', `/v1/contacts/${nobody}/consent.csv`);
    await ask('POST', `/v1/contacts/${nobody}/consent/request`, { body: { via: 'sms' } });
    await ask('POST', `/v1/contacts/${nobody}/preference-link`, { body: {} });
    await ask('GET', '/v1/suppressions');
    await ask('POST', '/v1/suppressions', { ...manager, body: { address: 'x' } });
    await ask('POST', '/v1/suppressions/batch', { ...manager, body: { addresses: [] } });
    await ask('DELETE', '/v1/suppressions/sms/%2B13125550150', manager);
    await ask('GET', `/v1/contacts/${nobody}/timeline`);
    await ask('POST', `/v1/contacts/${contact.body.id}/consent`, { body: { action: 'grant' } });
    await ask('GET', '/v1/contact-fields', { as: null });
    await ask('POST', '/v1/contact-fields', { body: { key: 'a', label: 'A', type: 'text' } });
    await ask('PATCH', `/v1/contact-fields/${nobody}`, { ...manager, body: { label: 'x' } });
    await ask('DELETE', `/v1/contact-fields/${nobody}`, manager);
    await ask('GET', `/v1/contacts/${nobody}/duplicates`);
    await ask('POST', `/v1/contacts/${contact.body.id}/merge`, { body: { with: contact.body.id } });
    await ask('POST', `/v1/contacts/merges/${nobody}/undo`);
    await ask('DELETE', `/v1/contacts/${contact.body.id}`);
    await ask('GET', '/v1/quick-replies', { as: null });
    await ask('POST', '/v1/quick-replies', { body: { shortcut: 'hi', title: 'Hi', body: 'Hi!' } });
    await ask('DELETE', `/v1/quick-replies/${nobody}`, manager);
    const wrong = { field: 'shoe_size', op: 'is', value: '42' };
    await ask('GET', '/v1/segments', { as: null });
    await ask('POST', '/v1/segments', { body: { name: 'Wrong', filter: wrong } });
    await ask('POST', '/v1/segments', { body: { name: 'All Anas', filter } });
    await ask('GET', `/v1/segments/${nobody}`);
    await ask('PATCH', segment, { body: { name: 'x' }, headers: { 'if-match': '"1"' } });
    await ask('DELETE', `/v1/segments/${nobody}`);
    await ask('GET', `/v1/segments/${nobody}/contacts`);
    await ask('POST', `${segment}/contacts`, { body: { add: [contact.body.id] } });
    await ask('POST', '/v1/segments/preview', { body: { filter: wrong } });
    await ask('POST', '/v1/contacts/search', { body: { filter: wrong } });
    await ask('POST', '/v1/conversations/search', { body: { filter: wrong } });
    await ask('GET', `/v1/media/${nobody}/0?t=alpha&e=1&s=x`, { as: null });

    const target = { ids: [contact.body.id] };
    const bulk = await ask('POST', '/v1/jobs', {
      body: { target, action: { type: 'add_tags', tags: ['x'] } },
    });
    await ask('POST', '/v1/jobs', { body: { target, action: { type: 'delete' } } });
    await ask('GET', '/v1/jobs?state=queued');
    await ask('GET', '/v1/jobs?state=lost');
    await ask('GET', `/v1/jobs/${bulk.body.id}`);
    await ask('GET', `/v1/jobs/${nobody}`);
    await ask('POST', `/v1/jobs/${bulk.body.id}/cancel`);
    await ask('POST', `/v1/jobs/${nobody}/cancel`);
    const csv = {
      as: kit.a.manager,
      body: 'Phone,Name\n+13125550321,Ana\n12,Ben\n',
      headers: { 'content-type': 'text/csv' },
    };
    const upload = await ask('POST', '/v1/imports', csv);
    await ask('POST', '/v1/imports', { ...csv, body: '' });
    const brought = `/v1/imports/${upload.body.job.id}`;
    const start = { ...manager, body: { mapping: ['phone', 'name'] } };
    await ask('GET', brought);
    await ask('GET', `/v1/imports/${nobody}`);
    await ask('POST', `${brought}/preview`, start);
    await ask('POST', `${brought}/start`, start);
    await ask('POST', `${brought}/preview`, start);
    await ask('POST', `${brought}/start`, start);
    await ask('GET', `${brought}/problems.csv`);
    const taken = await ask('POST', '/v1/exports', { ...manager, body: { subject: 'contacts' } });
    await ask('POST', '/v1/exports', { body: { subject: 'contacts' } });
    await ask('GET', `/v1/jobs/${taken.body.id}/file`, manager);
    const worker = await kit.kit.startWorker();
    for (const id of [upload.body.job.id, taken.body.id]) {
      await vi.waitFor(
        async () => expect((await kit.request('GET', `/v1/jobs/${id}`)).body.state).toBe('done'),
        { timeout: 50_000 },
      );
    }
    await worker.stop();
    await ask('GET', `${brought}/problems.csv`);
    await ask('GET', `/v1/jobs/${taken.body.id}/file`, manager);
    const done = await ask('GET', `/v1/jobs/${taken.body.id}`, manager);
    await ask('GET', done.body.download.replace('/crm', ''), { as: null });
    await ask('GET', `/v1/files/${nobody}?t=alpha&e=1&s=x`, { as: null });
  });

  it('about files', async () => {
    const nobody = newId();
    const manager = { as: kit.a.manager };
    const bytes = (size: number, seed: number) => ({
      body: pdf(size, seed).toString('latin1'),
      headers: { 'content-type': 'application/pdf' },
    });
    const whole = await ask('POST', '/v1/media/upload?name=a.pdf&key=welcome', bytes(2000, 1));
    await ask('POST', '/v1/media/upload', { ...bytes(2000, 1), body: '' });
    await ask('POST', '/v1/media/upload-video', bytes(2000, 1));
    const film = readFileSync(new URL('../media/testing/fixtures/h264.mp4', import.meta.url));
    const video = await ask('POST', '/v1/media/upload-video?name=a.mp4', {
      body: film,
      headers: { 'content-type': 'video/mp4' },
    });
    const { contactId: contact_id } = await kit.receive(kit.a, { from: '+13125550166' });
    const played = await ask('POST', '/v1/messages/send-video', {
      body: { asset_id: video.body.id, contact_id },
    });
    await ask('GET', `/v1/messages/${played.body.id}`);
    await ask('POST', '/v1/messages/send-video', { body: { asset_id: whole.body.id, contact_id } });

    const begun = await ask('POST', '/v1/media/uploads', { body: { name: 'b.pdf', size: 3000 } });
    await ask('POST', '/v1/media/uploads', { body: { name: 'b.pdf', size: 0 } });
    await ask('POST', '/v1/media/uploads', { body: { name: 'b.pdf', size: 1e12 } });
    const at = `/v1/media/uploads/${begun.body.id}`;
    const tus = { 'tus-resumable': '1.0.0' };
    const piece = (offset: number, of = pdf(3000, 2).subarray(offset, offset + 1500)) => ({
      body: of.toString('latin1'),
      headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    });
    await ask('GET', `${at}/state`);
    await ask('GET', `/v1/media/uploads/${nobody}/state`);
    await ask('HEAD', at, { headers: tus });
    await ask('HEAD', `/v1/media/uploads/${nobody}`, { headers: tus });
    await ask('PATCH', at, piece(0));
    await ask('PATCH', at, piece(0));
    await ask('PATCH', at, { body: '' });
    await ask('PATCH', at, piece(1500));
    const done = await ask('GET', `${at}/state`);
    expect(done.body.state).toBe('done');
    await ask('DELETE', at, { headers: tus });
    await ask('DELETE', at, { headers: tus });

    const asset = `/v1/assets/${whole.body.id}`;
    await ask('GET', '/v1/assets?kind=document');
    await ask('GET', '/v1/assets?after=x');
    await ask('GET', asset);
    await ask('GET', `/v1/assets/${nobody}`);
    await ask('PATCH', asset, { body: { name: 'New' } });
    await ask('PATCH', asset, { body: { name: 'Newer' }, headers: { 'if-match': '"1"' } });
    const link = await ask('POST', `${asset}/links`, { body: {} });
    await ask('POST', `/v1/assets/${nobody}/links`, { body: {} });
    await ask('GET', `${asset}/links`);
    await ask('GET', `/v1/assets/${nobody}/links`);
    await ask('GET', `${asset}/views`);
    await ask('GET', `/v1/assets/${nobody}/views`);
    await ask('DELETE', `/v1/links/${link.body.id}`);
    await ask('DELETE', `/v1/links/${nobody}`);
    await ask('GET', whole.body.file_url.replace('/crm', ''), { as: null });
    await ask('GET', `/v1/media/files/${nobody}?t=alpha&e=1&s=x`, { as: null });
    await ask('DELETE', `${asset}?force=true`);
    await ask('DELETE', `${asset}?force=true`, manager);
  });

  it('about what sets workflows off', async () => {
    const manager = { as: kit.a.manager };
    const { contactId: id } = await kit.receive(kit.a, { from: '+13125550167' });
    const events = [{ type: 'form.submitted', contact: { id } }];
    await ask('POST', '/v1/events', { ...manager, body: { events } });
    await ask('POST', '/v1/events', { body: { events } });
    const workflow = await kit.database.transaction('alpha', (tx) =>
      publishForTest(tx, { triggers: [{ on: 'webhook', key: 'main', map: {}, signed: false }] }),
    );
    await ask('GET', `/v1/workflows/${workflow}/hooks`, manager);
    await ask('GET', `/v1/workflows/${workflow}/hooks`);
    await ask('POST', `/v1/workflows/${workflow}/hooks/main/renew`, { ...manager, body: {} });
    await ask('POST', `/v1/workflows/${workflow}/hooks/main/renew`, { body: {} });
  });

  it('of templates answer as the document says', async () => {
    const manager = { as: kit.a.manager };
    const nobody = newId();
    const words = { key: 'welcome', name: 'Welcome', body: 'Hi {{ first_name }}' };
    await ask('POST', '/v1/templates', { body: words });
    const made = await ask('POST', '/v1/templates', { ...manager, body: words });
    await ask('POST', '/v1/templates', { ...manager, body: words });
    await ask('POST', '/v1/templates', { ...manager, body: { ...words, body: '{% if %}' } });
    const one = `/v1/templates/${made.body.id}`;
    await ask('GET', '/v1/templates');
    await ask('GET', '/v1/templates?after=x');
    await ask('GET', one);
    await ask('GET', `/v1/templates/${nobody}`);
    await ask('PATCH', one, { ...manager, body: { body: 'Hello' } });
    await ask('PATCH', one, { ...manager, body: { body: 'Hey' }, headers: { 'if-match': '"1"' } });
    await ask('GET', `${one}/versions`);
    await ask('GET', `/v1/templates/${nobody}/versions`);
    await ask('POST', '/v1/templates/preview', { body: { body: 'Hi {{ first_name }}' } });
    await ask('POST', '/v1/templates/preview', { body: { body: 'Hi', contact_id: nobody } });
    await ask('DELETE', one);
    await ask('DELETE', one, manager);
    await ask('GET', '/v1/webhook-secret');
    await ask('GET', '/v1/webhook-secret', manager);
  });

  it('answers as the document says, about workflows too', { timeout: 60_000 }, async () => {
    const manager = { as: kit.a.manager };
    const nobody = newId();
    const post = (path: string, body: object = {}) => ask('POST', path, { ...manager, body });
    await ask('GET', '/v1/workflow-library');
    await ask('GET', '/v1/workflow-library', { as: null });
    const made = await post('/v1/workflows', { source: joy() });
    const path = `/v1/workflows/${made.body.id}`;
    await post('/v1/workflows', { source: joy() });
    await post('/v1/workflows', { source: ': no' });
    await post('/v1/workflows/check', { source: joy() });
    await post('/v1/workflows/check', { source: '' });
    await ask('GET', '/v1/workflows');
    await ask('GET', '/v1/workflows?state=lost');
    for (const [at, body] of [
      ['publish', undefined],
      ['pause', undefined],
      ['resume', { due: 'skip' }],
      ['roll-back', { version: 1 }],
      ['simulate', {}],
    ] as const) {
      await ask('POST', `${path}/${at}`, { ...manager, ...(body && { body }) });
      await ask('POST', `/v1/workflows/${nobody}/${at}`, { ...manager, ...(body && { body }) });
    }
    const contact = await ask('POST', '/v1/contacts', {
      body: { first_name: 'Joy', phone: '+13125550188' },
    });
    const started = await post(`${path}/enrollments`, { contact_id: contact.body.id });
    await post(`${path}/enrollments`, { contact_id: nobody });
    const segment = await ask('POST', '/v1/segments', { body: { name: 'Joyful', kind: 'static' } });
    const whole = await post(`${path}/enrollments`, { segment_id: segment.body.id });
    expect(whole.status).toBe(202);
    for (const at of ['', '/due', '/versions', '/versions/1', '/diff?from=1', '/counts', '/enrollments']) {
      await ask('GET', `${path}${at}`);
      await ask('GET', `/v1/workflows/${nobody}${at}`);
    }
    await ask('GET', `${path}/enrollments?state=completed`);
    await ask('PATCH', path, { ...manager, body: { source: joy('Joy again') } });
    await ask('PATCH', path, { ...manager, body: { source: joy() }, headers: { 'if-match': '"1"' } });
    const run = `/v1/enrollments/${started.body.ids[0]}`;
    for (const at of ['pause', 'resume', 'skip', 'move', 'cancel', 'retry']) {
      await ask('POST', `${run}/${at}`, { ...manager, ...(at === 'move' && { body: { step: 'wait' } }) });
      await ask('POST', `/v1/enrollments/${nobody}/${at}`, {
        ...manager,
        ...(at === 'move' && { body: {} }),
      });
    }
    await post(`${path}/move`, {});
    await post(`/v1/workflows/${nobody}/move`, {});
    for (const ids of [[contact.body.id], [nobody]])
      await post(`${path}/enrollments/preview`, { target: { ids } });
    await ask('GET', run);
    await ask('GET', `/v1/enrollments/${nobody}`);
    await ask('GET', `/v1/contacts/${contact.body.id}/enrollments`);
    await ask('GET', `/v1/contacts/${nobody}/enrollments`);
    for (const who of [contact.body.id, nobody]) {
      await ask('POST', `/v1/contacts/${who}/enrollments/pause`);
      await ask('POST', `/v1/contacts/${who}/enrollments/resume`, { body: { due: 'run' } });
    }
    await kit.admin(
      `update enrollments set state = 'failed', end_reason = 'step_missing', ended_at = now(), step = 'wait'`,
    );
    await kit.admin(
      `insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail)
       select tenant_id, enrollment_id, 7, 'wait', 'failed', '{"reason":"It answered 500"}' from enrollments`,
    );
    const failures = await ask('GET', '/v1/workflow-failures');
    await ask('GET', '/v1/workflow-failures?after=x');
    const [{ enrollment_id, ordinal }] = failures.body.items;
    await ask('POST', `${run}/retry`);
    await post('/v1/workflow-failures/retry', { failures: [{ enrollment_id, ordinal }] });
    await post('/v1/workflow-failures/retry', { failures: [] });
    await kit.admin(
      `insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome, detail)
       select tenant_id, enrollment_id, 8, 'hello', 'failed', '{"reason":"It answered 500"}' from enrollments`,
    );
    for (const at of ['failures', 'failures/counts']) {
      await ask('GET', `${path}/${at}`);
      await ask('GET', `/v1/workflows/${nobody}/${at}`);
    }
    await ask('POST', `${path}/failures/${enrollment_id}:8/retry`);
    await ask('POST', `${path}/failures/${enrollment_id}:9/retry`);
    await ask('POST', `${path}/failures/retry`, { ...manager, body: { step: 'hello' } });
    await ask('POST', `/v1/workflows/${nobody}/failures/retry`, { ...manager, body: {} });
    await ask('DELETE', path);
    await ask('DELETE', path, manager);
  });

  it('has been asked for its answer and for a refusal', () => {
    const expected = Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap(({ operationId }) => [`${operationId} ok`, `${operationId} problem`])
      // a stream without end; its own suite reads it
      .filter((name) => name !== 'readFeed ok');
    expect([...seen].sort()).toEqual(expected.sort());
  });
});
