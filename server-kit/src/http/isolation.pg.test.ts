/**
 * No tenant reaches another through the API. The cases are held against the OpenAPI document: a new route without a case
 * fails here, so nobody can forget one.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { pdf } from '../media/testing/sending.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { publishForTest } from '../workflows/testing/published.ts';
import { describeApi } from './describe.ts';

let kit: TestKit;
/** What the other tenant has, by name. */
let theirs: Record<
  | 'conversation'
  | 'contact'
  | 'message'
  | 'failed'
  | 'quickReply'
  | 'sender'
  | 'field'
  | 'merge'
  | 'segment'
  | 'list'
  | 'job'
  | 'import'
  | 'export'
  | 'pipeline'
  | 'stage'
  | 'card'
  | 'task'
  | 'note'
  | 'asset'
  | 'upload'
  | 'link'
  | 'file'
  | 'workflow'
  | 'template'
  | 'run',
  string
>;
let theirHook: string;
let ours: { conversation: string; contact: string };

const SECRET_WORD = 'xylophone';

beforeAll(async () => {
  kit = await getTestKit();
  const received = await kit.receive(kit.b, {
    from: '+13125550666',
    body: `The ${SECRET_WORD} is theirs`,
    media: [{ url: 'https://carrier.example/1', type: 'image/png' }],
  });
  const sent = await kit.request('POST', '/v1/messages', {
    as: kit.b.agent,
    body: { conversation_id: received.conversationId, body: SECRET_WORD, send_at: inAnHour() },
  });
  const failed = await kit.request('POST', '/v1/messages', {
    as: kit.b.agent,
    body: { conversation_id: received.conversationId, body: SECRET_WORD },
  });
  await kit.admin(`update messages set status = 'failed', due_at = null where message_id = $1`, [
    failed.body.id,
  ]);
  const reply = await kit.request('POST', '/v1/quick-replies', {
    as: kit.b.manager,
    body: { shortcut: SECRET_WORD, title: SECRET_WORD, body: SECRET_WORD },
  });
  const field = await kit.request('POST', '/v1/contact-fields', {
    as: kit.b.manager,
    body: { key: SECRET_WORD, label: SECRET_WORD, type: 'text' },
  });
  const twin = await kit.request('POST', '/v1/contacts', {
    as: kit.b.agent,
    body: { first_name: SECRET_WORD, addresses: [{ kind: 'phone', address: '+13125550667' }] },
  });
  const merge = await kit.request('POST', `/v1/contacts/${received.contactId}/merge`, {
    as: kit.b.agent,
    body: { with: twin.body.id },
  });
  const [segment, list] = await Promise.all(
    [{ filter: { field: 'phone', op: 'is_set' } }, { kind: 'static' }].map((more, index) =>
      kit.request('POST', '/v1/segments', {
        as: kit.b.manager,
        body: { name: `${SECRET_WORD} ${index}`, ...more },
      }),
    ),
  );
  for (const list of ['own', 'agency']) {
    await kit.request('POST', '/v1/suppressions', {
      as: kit.b.manager,
      body: { list, address: '+13125550668', reason: SECRET_WORD },
    });
  }
  const asManager = { as: kit.b.manager };
  const job = await kit.request('POST', '/v1/jobs', {
    ...asManager,
    body: { target: { ids: [received.contactId] }, action: { type: 'add_tags', tags: [SECRET_WORD] } },
  });
  const upload = await kit.request('POST', `/v1/imports?name=${SECRET_WORD}.csv`, {
    ...asManager,
    body: `Phone,${SECRET_WORD}\n+13125550668,x\n`,
    headers: { 'content-type': 'text/csv' },
  });
  const taken = await kit.request('POST', '/v1/exports', { ...asManager, body: { subject: 'contacts' } });
  const make = async (path: string, body: object) =>
    (await kit.request('POST', `/v1${path}`, { as: kit.b.manager, body })).body;
  const pipeline = await make('/pipelines', { name: SECRET_WORD, stages: [{ name: SECRET_WORD }] });
  const contact_id = received.contactId;
  const card = await make('/opportunities', {
    contact_id,
    stage_id: pipeline.stages[0].id,
    name: SECRET_WORD,
  });
  const task = await make('/tasks', { contact_id, title: SECRET_WORD });
  const note = await make(`/contacts/${contact_id}/notes`, { text: `${SECRET_WORD} <@beta-agent>` });
  const kept = await kit.request('POST', `/v1/media/upload?name=${SECRET_WORD}.pdf&key=${SECRET_WORD}`, {
    ...asManager,
    body: pdf(2_000).toString('latin1'),
    headers: { 'content-type': 'application/pdf' },
  });
  const begun = await make('/media/uploads', { name: `${SECRET_WORD}.pdf`, size: 5_000 });
  const link = await make(`/assets/${kept.body.id}/links`, { contact_id });
  const [{ file_id: file }] = await kit.admin('select file_id from files');
  const template = await make('/templates', { key: SECRET_WORD, name: SECRET_WORD, body: SECRET_WORD });
  const workflow = await make('/workflows', { source: workflowSource(SECRET_WORD) });
  await make(`/workflows/${workflow.id}/publish`, {});
  const run = (await make(`/workflows/${workflow.id}/enrollments`, { contact_id })).ids[0];
  await kit.admin(
    `insert into step_runs (tenant_id, enrollment_id, ordinal, step, outcome) values ('beta', $1, 0, 'say', 'failed')`,
    [run],
  );
  theirHook = await kit.database.transaction('beta', async (tx) => {
    await publishForTest(tx, {
      key: `${SECRET_WORD}-hook`,
      triggers: [{ on: 'webhook', key: SECRET_WORD, map: { phone: 'phone' }, signed: false }],
    });
    const [row] = await tx.sql<{ token: string }[]>`
      select token from workflow_triggers where tenant_id = 'beta' and token is not null`;
    return row!.token;
  });
  theirs = {
    workflow: workflow.id,
    run,
    template: template.id,
    asset: kept.body.id,
    upload: begun.id,
    link: link.id,
    file,
    job: job.body.id,
    import: upload.body.job.id,
    export: taken.body.id,
    pipeline: pipeline.id,
    stage: pipeline.stages[0].id,
    card: card.id,
    task: task.id,
    note: note.id,
    field: field.body.id,
    merge: merge.body.id,
    segment: segment!.body.id,
    list: list!.body.id,
    conversation: received.conversationId,
    contact: received.contactId,
    message: sent.body.id,
    failed: failed.body.id,
    quickReply: reply.body.id,
    sender: kit.b.senderId,
  };
  const own = await kit.receive(kit.a, {});
  ours = { conversation: own.conversationId, contact: own.contactId };
  // members are written when first seen, so that snapshots below do not differ for that
  for (const token of [kit.a.agent, kit.a.manager, kit.b.agent, kit.b.manager]) {
    await kit.request('GET', '/v1/me', { as: token });
  }
});
afterAll(() => kit.close());

const workflowSource = (word: string) =>
  JSON.stringify({
    version: 1,
    key: word,
    name: word,
    triggers: [{ on: 'manual' }],
    steps: [{ id: 'say', kind: 'add_note', body: word }],
  });

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** Requests of tenant A that name something of B. All are answered 404, and change nothing. */
const FOREIGN: Record<string, () => { path: string; body?: unknown }[]> = {
  'get /v1/conversations/{id}': () => [{ path: `/v1/conversations/${theirs.conversation}` }],
  'patch /v1/conversations/{id}': () => [
    { path: `/v1/conversations/${theirs.conversation}`, body: { state: 'closed', unread: false } },
  ],
  'get /v1/conversations/{id}/messages': () => [
    { path: `/v1/conversations/${theirs.conversation}/messages` },
    { path: `/v1/conversations/${ours.conversation}/messages?around=${theirs.message}` },
  ],
  'post /v1/messages': () => [
    { path: '/v1/messages', body: { conversation_id: theirs.conversation, body: 'x' } },
    { path: '/v1/messages', body: { contact_id: theirs.contact, body: 'x' } },
    {
      path: '/v1/messages',
      body: { conversation_id: ours.conversation, sender_id: theirs.sender, body: 'x' },
    },
    {
      path: '/v1/messages',
      body: { conversation_id: ours.conversation, body: 'x', assets: [{ id: theirs.asset }] },
    },
  ],
  'post /v1/messages/send-video': () => [
    { path: '/v1/messages/send-video', body: { asset_id: theirs.asset, contact_id: ours.contact } },
    { path: '/v1/messages/send-video', body: { asset_id: theirs.asset, contact_id: theirs.contact } },
  ],
  'get /v1/messages/{id}': () => [{ path: `/v1/messages/${theirs.message}` }],
  'patch /v1/messages/{id}': () => [{ path: `/v1/messages/${theirs.message}`, body: { body: 'x' } }],
  'post /v1/messages/{id}/cancel': () => [{ path: `/v1/messages/${theirs.message}/cancel` }],
  'post /v1/messages/{id}/retry': () => [{ path: `/v1/messages/${theirs.failed}/retry` }],
  'get /v1/contacts/{id}': () => [{ path: `/v1/contacts/${theirs.contact}` }],
  'patch /v1/contacts/{id}': () => [{ path: `/v1/contacts/${theirs.contact}`, body: { first_name: 'x' } }],
  'delete /v1/contacts/{id}': () => [{ path: `/v1/contacts/${theirs.contact}` }],
  'get /v1/contacts/{id}/duplicates': () => [{ path: `/v1/contacts/${theirs.contact}/duplicates` }],
  'post /v1/contacts/{id}/merge': () => [
    { path: `/v1/contacts/${theirs.contact}/merge`, body: { with: ours.contact } },
    { path: `/v1/contacts/${ours.contact}/merge`, body: { with: theirs.contact } },
  ],
  'post /v1/contacts/merges/{id}/undo': () => [{ path: `/v1/contacts/merges/${theirs.merge}/undo` }],
  'patch /v1/contact-fields/{id}': () => [
    { path: `/v1/contact-fields/${theirs.field}`, body: { label: 'x' } },
  ],
  'delete /v1/contact-fields/{id}': () => [{ path: `/v1/contact-fields/${theirs.field}` }],
  'get /v1/contacts/{id}/consent': () => [{ path: `/v1/contacts/${theirs.contact}/consent` }],
  'post /v1/contacts/{id}/consent': () => [
    { path: `/v1/contacts/${theirs.contact}/consent`, body: { action: 'withdraw' } },
    { path: `/v1/contacts/${theirs.contact}/consent`, body: { action: 'grant' } },
  ],
  'get /v1/contacts/{id}/consent.csv': () => [{ path: `/v1/contacts/${theirs.contact}/consent.csv` }],
  'post /v1/contacts/{id}/consent/request': () => [
    { path: `/v1/contacts/${theirs.contact}/consent/request`, body: { via: 'sms', force: true } },
  ],
  'post /v1/contacts/{id}/preference-link': () => [
    { path: `/v1/contacts/${theirs.contact}/preference-link`, body: {} },
  ],
  'delete /v1/suppressions/{channel}/{address}': () => [
    { path: '/v1/suppressions/sms/%2B13125550668' },
    { path: '/v1/suppressions/sms/%2B13125550668?list=agency' },
  ],
  'get /v1/contacts/{id}/timeline': () => [{ path: `/v1/contacts/${theirs.contact}/timeline` }],
  'get /v1/workflows/{id}': () => [{ path: `/v1/workflows/${theirs.workflow}` }],
  'patch /v1/workflows/{id}': () => [
    { path: `/v1/workflows/${theirs.workflow}`, body: { source: workflowSource('x') } },
  ],
  'delete /v1/workflows/{id}': () => [{ path: `/v1/workflows/${theirs.workflow}` }],
  'get /v1/workflows/{id}/versions/{version}': () => [
    { path: `/v1/workflows/${theirs.workflow}/versions/1` },
  ],
  'get /v1/workflows/{id}/due': () => [{ path: `/v1/workflows/${theirs.workflow}/due` }],
  'get /v1/workflows/{id}/versions': () => [{ path: `/v1/workflows/${theirs.workflow}/versions` }],
  'get /v1/workflows/{id}/diff': () => [{ path: `/v1/workflows/${theirs.workflow}/diff?from=1` }],
  'get /v1/workflows/{id}/counts': () => [{ path: `/v1/workflows/${theirs.workflow}/counts` }],
  'post /v1/workflows/{id}/hooks/{key}/renew': () => [
    { path: `/v1/workflows/${theirs.workflow}/hooks/${SECRET_WORD}/renew`, body: {} },
  ],
  'post /v1/workflows/{id}/enrollments/preview': () => [
    {
      path: `/v1/workflows/${theirs.workflow}/enrollments/preview`,
      body: { target: { ids: [theirs.contact] } },
    },
    {
      path: `/v1/workflows/${theirs.workflow}/enrollments/preview`,
      body: { target: { segment_id: theirs.segment } },
    },
  ],
  'get /v1/workflows/{id}/failures': () => [{ path: `/v1/workflows/${theirs.workflow}/failures` }],
  'get /v1/workflows/{id}/failures/counts': () => [
    { path: `/v1/workflows/${theirs.workflow}/failures/counts` },
  ],
  'post /v1/workflows/{id}/failures/retry': () => [
    { path: `/v1/workflows/${theirs.workflow}/failures/retry`, body: {} },
  ],
  'post /v1/workflows/{id}/failures/{failure}/retry': () => [
    { path: `/v1/workflows/${theirs.workflow}/failures/${theirs.run}:0/retry` },
  ],
  'get /v1/workflows/{id}/enrollments': () => [{ path: `/v1/workflows/${theirs.workflow}/enrollments` }],
  'post /v1/workflows/{id}/publish': () => [{ path: `/v1/workflows/${theirs.workflow}/publish` }],
  'post /v1/workflows/{id}/move': () => [{ path: `/v1/workflows/${theirs.workflow}/move`, body: {} }],
  'post /v1/workflows/{id}/pause': () => [{ path: `/v1/workflows/${theirs.workflow}/pause` }],
  'post /v1/workflows/{id}/resume': () => [
    { path: `/v1/workflows/${theirs.workflow}/resume`, body: { due: 'run' } },
  ],
  'post /v1/workflows/{id}/roll-back': () => [
    { path: `/v1/workflows/${theirs.workflow}/roll-back`, body: { version: 1 } },
  ],
  'post /v1/workflows/{id}/simulate': () => [{ path: `/v1/workflows/${theirs.workflow}/simulate`, body: {} }],
  'post /v1/workflows/{id}/enrollments': () => [
    { path: `/v1/workflows/${theirs.workflow}/enrollments`, body: { contact_id: ours.contact } },
    { path: `/v1/workflows/${theirs.workflow}/enrollments`, body: { segment_id: theirs.segment } },
  ],
  'get /v1/contacts/{id}/enrollments': () => [{ path: `/v1/contacts/${theirs.contact}/enrollments` }],
  'post /v1/contacts/{id}/enrollments/pause': () => [
    { path: `/v1/contacts/${theirs.contact}/enrollments/pause` },
  ],
  'post /v1/contacts/{id}/enrollments/resume': () => [
    { path: `/v1/contacts/${theirs.contact}/enrollments/resume`, body: { due: 'run' } },
  ],
  'get /v1/enrollments/{id}': () => [{ path: `/v1/enrollments/${theirs.run}` }],
  'post /v1/enrollments/{id}/pause': () => [{ path: `/v1/enrollments/${theirs.run}/pause` }],
  'post /v1/enrollments/{id}/resume': () => [{ path: `/v1/enrollments/${theirs.run}/resume` }],
  'post /v1/enrollments/{id}/skip': () => [{ path: `/v1/enrollments/${theirs.run}/skip` }],
  'post /v1/enrollments/{id}/cancel': () => [{ path: `/v1/enrollments/${theirs.run}/cancel` }],
  'post /v1/enrollments/{id}/retry': () => [{ path: `/v1/enrollments/${theirs.run}/retry` }],
  'post /v1/enrollments/{id}/move': () => [{ path: `/v1/enrollments/${theirs.run}/move`, body: {} }],
  'get /v1/pipelines/{id}': () => [{ path: `/v1/pipelines/${theirs.pipeline}` }],
  'patch /v1/pipelines/{id}': () => [{ path: `/v1/pipelines/${theirs.pipeline}`, body: { name: 'x' } }],
  'delete /v1/pipelines/{id}': () => [{ path: `/v1/pipelines/${theirs.pipeline}` }],
  'get /v1/pipelines/{id}/board': () => [{ path: `/v1/pipelines/${theirs.pipeline}/board` }],
  'get /v1/stages/{id}/cards': () => [{ path: `/v1/stages/${theirs.stage}/cards` }],
  'get /v1/contacts/{id}/opportunities': () => [{ path: `/v1/contacts/${theirs.contact}/opportunities` }],
  'post /v1/opportunities': () => [
    { path: '/v1/opportunities', body: { contact_id: theirs.contact } },
    { path: '/v1/opportunities', body: { contact_id: ours.contact, stage_id: theirs.stage } },
    { path: '/v1/opportunities', body: { contact_id: ours.contact, pipeline_id: theirs.pipeline } },
  ],
  'get /v1/opportunities/{id}': () => [{ path: `/v1/opportunities/${theirs.card}` }],
  'patch /v1/opportunities/{id}': () => [{ path: `/v1/opportunities/${theirs.card}`, body: { name: 'x' } }],
  'delete /v1/opportunities/{id}': () => [{ path: `/v1/opportunities/${theirs.card}` }],
  'post /v1/opportunities/{id}/move': () => [
    { path: `/v1/opportunities/${theirs.card}/move`, body: { stage_id: theirs.stage } },
  ],
  'post /v1/tasks': () => [{ path: '/v1/tasks', body: { title: 'x', contact_id: theirs.contact } }],
  'get /v1/tasks/{id}': () => [{ path: `/v1/tasks/${theirs.task}` }],
  'patch /v1/tasks/{id}': () => [{ path: `/v1/tasks/${theirs.task}`, body: { done: true } }],
  'delete /v1/tasks/{id}': () => [{ path: `/v1/tasks/${theirs.task}` }],
  'get /v1/contacts/{id}/notes': () => [{ path: `/v1/contacts/${theirs.contact}/notes` }],
  'post /v1/contacts/{id}/notes': () => [
    { path: `/v1/contacts/${theirs.contact}/notes`, body: { text: 'x' } },
  ],
  'patch /v1/notes/{id}': () => [{ path: `/v1/notes/${theirs.note}`, body: { text: 'x' } }],
  'delete /v1/notes/{id}': () => [{ path: `/v1/notes/${theirs.note}` }],
  'delete /v1/quick-replies/{id}': () => [{ path: `/v1/quick-replies/${theirs.quickReply}` }],
  'get /v1/templates/{id}': () => [{ path: `/v1/templates/${theirs.template}` }],
  'patch /v1/templates/{id}': () => [{ path: `/v1/templates/${theirs.template}`, body: { name: 'x' } }],
  'delete /v1/templates/{id}': () => [{ path: `/v1/templates/${theirs.template}` }],
  'get /v1/templates/{id}/versions': () => [{ path: `/v1/templates/${theirs.template}/versions` }],
  'post /v1/templates/preview': () => [
    { path: '/v1/templates/preview', body: { body: '{{ first_name }}', contact_id: theirs.contact } },
  ],
  'get /v1/segments/{id}': () => [{ path: `/v1/segments/${theirs.segment}` }],
  'patch /v1/segments/{id}': () => [
    { path: `/v1/segments/${theirs.segment}`, body: { name: 'x', filter: { all: [] } } },
  ],
  'delete /v1/segments/{id}': () => [{ path: `/v1/segments/${theirs.segment}` }],
  'get /v1/segments/{id}/contacts': () => [{ path: `/v1/segments/${theirs.segment}/contacts` }],
  'post /v1/segments/{id}/contacts': () => [
    { path: `/v1/segments/${theirs.list}/contacts`, body: { add: [theirs.contact] } },
  ],
  'post /v1/jobs': () => [
    {
      path: '/v1/jobs',
      body: { target: { ids: [theirs.contact] }, action: { type: 'add_tags', tags: ['x'] } },
    },
    {
      path: '/v1/jobs',
      body: { target: { segment_id: theirs.segment }, action: { type: 'delete' } },
    },
    {
      path: '/v1/jobs',
      body: { target: { ids: [ours.contact] }, action: { type: 'add_to_segment', segment_id: theirs.list } },
    },
    {
      path: '/v1/jobs',
      body: { target: { ids: [ours.contact] }, action: { type: 'enroll', workflow_id: theirs.workflow } },
    },
  ],
  'get /v1/jobs/{id}': () => [{ path: `/v1/jobs/${theirs.job}` }],
  'post /v1/jobs/{id}/cancel': () => [{ path: `/v1/jobs/${theirs.job}/cancel` }],
  'get /v1/jobs/{id}/file': () => [{ path: `/v1/jobs/${theirs.export}/file` }],
  'post /v1/exports': () => [
    { path: '/v1/exports', body: { subject: 'contacts', target: { ids: [theirs.contact] } } },
    { path: '/v1/exports', body: { subject: 'messages', target: { segment_id: theirs.segment } } },
  ],
  'get /v1/imports/{id}': () => [{ path: `/v1/imports/${theirs.import}` }],
  'get /v1/imports/{id}/problems.csv': () => [{ path: `/v1/imports/${theirs.import}/problems.csv` }],
  'post /v1/imports/{id}/preview': () => [
    { path: `/v1/imports/${theirs.import}/preview`, body: { mapping: ['phone', null] } },
  ],
  'post /v1/imports/{id}/start': () => [
    { path: `/v1/imports/${theirs.import}/start`, body: { mapping: ['phone', null] } },
  ],
  'post /v1/media/uploads': () => [
    {
      path: '/v1/media/uploads',
      body: { name: 'x.pdf', size: 9, purpose: 'replace', asset_id: theirs.asset },
    },
    {
      path: '/v1/media/uploads',
      body: { name: 'x.jpg', size: 9, purpose: 'poster', asset_id: theirs.asset },
    },
  ],
  'get /v1/media/uploads/{id}/state': () => [{ path: `/v1/media/uploads/${theirs.upload}/state` }],
  'head /v1/media/uploads/{id}': () => [{ path: `/v1/media/uploads/${theirs.upload}` }],
  'patch /v1/media/uploads/{id}': () => [{ path: `/v1/media/uploads/${theirs.upload}` }],
  'delete /v1/media/uploads/{id}': () => [{ path: `/v1/media/uploads/${theirs.upload}` }],
  'get /v1/assets/{id}': () => [{ path: `/v1/assets/${theirs.asset}` }],
  'patch /v1/assets/{id}': () => [{ path: `/v1/assets/${theirs.asset}`, body: { name: 'x' } }],
  'delete /v1/assets/{id}': () => [
    { path: `/v1/assets/${theirs.asset}` },
    { path: `/v1/assets/${theirs.asset}?force=true` },
  ],
  'get /v1/assets/{id}/links': () => [{ path: `/v1/assets/${theirs.asset}/links` }],
  'post /v1/assets/{id}/links': () => [{ path: `/v1/assets/${theirs.asset}/links`, body: {} }],
  'get /v1/assets/{id}/views': () => [{ path: `/v1/assets/${theirs.asset}/views` }],
  'delete /v1/links/{id}': () => [{ path: `/v1/links/${theirs.link}` }],
  'get /v1/workflows/{id}/hooks': () => [{ path: `/v1/workflows/${theirs.workflow}/hooks` }],
  'get /v1/media/files/{id}': () => [{ path: `/v1/media/files/${theirs.file}?t=beta&e=9999999999&s=none` }],
  'get /v1/files/{id}': () => [{ path: `/v1/files/${theirs.export}?t=beta&e=9999999999&s=none` }],
  'get /v1/media/{message_id}/{index}': () => [
    { path: `/v1/media/${theirs.message}/0?t=beta&e=9999999999&s=none` },
  ],
};

/** Requests that name nothing: what they answer must hold nothing of B. */
const LISTS: Record<string, string[]> = {
  'get /v1/me': ['/v1/me'],
  'get /v1/brand': ['/v1/brand'],
  'get /v1/conversations': [
    '/v1/conversations',
    `/v1/conversations?q=${SECRET_WORD}`,
    '/v1/conversations?q=3125550666',
    '/v1/conversations?assignee=beta-agent',
  ],
  'get /v1/conversations/counts': ['/v1/conversations/counts?assignee=none'],
  'get /v1/contacts': [
    '/v1/contacts',
    '/v1/contacts?q=3125550666',
    '/v1/contacts?q=0667',
    `/v1/contacts?q=${SECRET_WORD}`,
  ],
  'get /v1/contact-fields': ['/v1/contact-fields'],
  'get /v1/quick-replies': ['/v1/quick-replies'],
  'get /v1/segments': ['/v1/segments'],
  'get /v1/templates': ['/v1/templates'],
  'get /v1/webhook-secret': ['/v1/webhook-secret'],
  'get /v1/suppressions': ['/v1/suppressions', '/v1/suppressions?list=agency', '/v1/suppressions?q=0668'],
  'get /v1/jobs': ['/v1/jobs', '/v1/jobs?state=queued'],
  'get /v1/pipelines': ['/v1/pipelines'],
  'get /v1/assets': ['/v1/assets', `/v1/assets?q=${SECRET_WORD}`],
  'get /v1/tasks': ['/v1/tasks', '/v1/tasks?assignee=beta-manager', '/v1/tasks?state=done'],
  'get /v1/notifications': ['/v1/notifications'],
  'get /v1/workflows': ['/v1/workflows', `/v1/workflows?key=${SECRET_WORD}`],
  'get /v1/workflow-library': ['/v1/workflow-library'],
  'get /v1/workflow-failures': ['/v1/workflow-failures'],
};

/** Questions that travel as a POST. */
const SEARCHES: Record<string, string> = {
  'post /v1/contacts/search': '/v1/contacts/search',
  'post /v1/conversations/search': '/v1/conversations/search',
  'post /v1/segments/preview': '/v1/segments/preview',
};

/** What makes something of the own tenant; its conflict with B's ids is tested below. The feed has its own suite. */
const ELSEWHERE = [
  'post /v1/contacts',
  'post /v1/contact-fields',
  'post /v1/quick-replies',
  'post /v1/segments',
  'post /v1/templates',
  'post /v1/suppressions',
  'post /v1/suppressions/batch',
  'post /v1/imports',
  'post /v1/media/upload',
  'post /v1/media/upload-video',
  'post /v1/pipelines',
  // of whom it is told: only the own ones, see below
  'post /v1/events',
  'post /v1/workflows',
  // keeps nothing, and knows what the own tenant has
  'post /v1/workflows/check',
  // whatever it does not find it passes over, see workflows.pg.test.ts
  'post /v1/workflow-failures/retry',
  // whose notifications: only the own ones, see tasks.pg.test.ts
  'post /v1/notifications/read',
  'get /v1/feed',
];

it('has a case for every route of the document', () => {
  const { paths } = describeApi() as { paths: Record<string, object> };
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const cases = [FOREIGN, LISTS, SEARCHES].flatMap((some) => Object.keys(some));
  expect([...cases, ...ELSEWHERE].sort()).toEqual(routes.sort());
});

/** Every row of B, as one text. */
async function everythingOf(tenant: string): Promise<string> {
  const tables = await kit.admin(
    `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' order by 1`,
  );
  // as one statement: it is asked for twice a route
  const parts = await kit.admin(
    tables
      .map(
        ({ relname }) => `select '${relname}' as name,
          (select jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text) from ${relname} t where tenant_id = $1) as rows`,
      )
      .join(' union all '),
    [tenant],
  );
  return parts.map(({ name, rows }) => `${name} ${JSON.stringify(rows)}`).join('\n');
}

describe.each(Object.entries(FOREIGN))('%s', (route, requests) => {
  it('answers 404 about another tenant’s, and changes nothing', async () => {
    const method = route.split(' ')[0]!.toUpperCase();
    const before = await everythingOf('beta');
    for (const { path, body } of requests()) {
      const answer = await kit.request(method, path, { as: kit.a.manager, body });
      // an answer to HEAD has no body
      const code = method === 'HEAD' ? 'not_found' : answer.body.code;
      expect([path, answer.status, code]).toEqual([path, 404, 'not_found']);
      expect(JSON.stringify(answer.body)).not.toContain(SECRET_WORD);
    }
    expect(await everythingOf('beta')).toBe(before);
  });

  it('answers 404 about what is no id at all', async () => {
    const method = route.split(' ')[0]!.toUpperCase();
    const [first] = requests();
    if (!route.includes('{')) return;
    for (const nonsense of [
      'x',
      '0',
      '%00',
      "'--",
      '00000000-0000-0000-0000-00000000000g',
      'x'.repeat(300),
    ]) {
      const path = first!.path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, nonsense);
      const answer = await kit.request(method, path, { as: kit.a.manager, body: first!.body });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});

describe.each(Object.entries(LISTS))('%s', (_route, paths) => {
  it.each(paths)('holds nothing of another tenant: %s', async (path) => {
    const answer = await kit.request('GET', path, { as: kit.a.manager });
    expect(answer.status).toBe(200);
    const text = JSON.stringify(answer.body);
    for (const trace of [...Object.values(theirs), SECRET_WORD, '+13125550666', kit.b.address, 'beta']) {
      expect(text).not.toContain(trace);
    }
  });
});

describe.each(Object.entries(SEARCHES))('%s', (_route, path) => {
  it.each([
    { any: [{ all: [] }, { event: { type: 'message.*' } }, { conversation: { unread: true } }] },
    { field: 'phone', op: 'is', value: '+13125550666' },
    { not: { field: 'phone', op: 'is', value: '+13125550999' } },
  ])('finds nobody of another tenant: %j', async (filter) => {
    const answer = await kit.request('POST', path, { as: kit.a.manager, body: { filter } });
    expect(answer.status).toBe(200);
    for (const trace of [theirs.contact, SECRET_WORD, '+13125550666']) {
      expect(JSON.stringify(answer.body)).not.toContain(trace);
    }
  });

  it('knows no segment of another tenant', async () => {
    const filter = { not: { segment: { id: theirs.segment } } };
    const answer = await kit.request('POST', path, { as: kit.a.manager, body: { filter } });
    expect(answer.body).toMatchObject({ code: 'invalid_filter', issues: [{ code: 'unknown_segment' }] });
  });
});

describe('what is told from outside', () => {
  it('is about nobody when it names another tenant’s', async () => {
    const before = await everythingOf('beta');
    const answer = await kit.request('POST', '/v1/events', {
      as: kit.a.manager,
      body: {
        events: [{ id: theirs.contact }, { phone: '+13125550666' }].map((contact) => ({
          type: 'form.submitted',
          contact,
          data: { name: 'x' },
        })),
      },
    });
    expect(answer.body.items).toEqual([
      { id: null, contact_id: null, result: 'no_such_contact' },
      { id: null, contact_id: null, result: 'no_such_contact' },
    ]);
    const call = await kit.request('POST', `/hooks/alpha/${theirHook}`, {
      as: null,
      body: { phone: '+13125550666' },
    });
    expect([call.status, call.body.code]).toEqual([404, 'not_found']);
    expect(await everythingOf('beta')).toBe(before);
  });
});

describe('ids and numbers that another tenant uses', () => {
  it('are free: whether they exist cannot be found out', async () => {
    const contact = await kit.request('POST', '/v1/contacts', {
      body: { id: theirs.contact, phone: '+13125550666', first_name: 'Ours' },
    });
    expect(contact.status).toBe(201);
    const message = await kit.request('POST', '/v1/messages', {
      body: { id: theirs.message, to: '+13125550123', body: 'Ours' },
    });
    expect(message.status).toBe(201);
    const reply = await kit.request('POST', '/v1/quick-replies', {
      as: kit.a.manager,
      body: { id: theirs.quickReply, shortcut: SECRET_WORD, title: 'Ours', body: 'Ours' },
    });
    expect(reply.status).toBe(201);
    const field = await kit.request('POST', '/v1/contact-fields', {
      as: kit.a.manager,
      body: { id: theirs.field, key: SECRET_WORD, label: 'Ours', type: 'text' },
    });
    expect(field.status).toBe(201);
    const further = await kit.request('POST', '/v1/contacts', {
      body: { addresses: [{ kind: 'phone', address: '+13125550667' }] },
    });
    expect(further.status).toBe(201);
    const key = newId();
    for (const as of [kit.a.agent, kit.b.agent]) {
      const answer = await kit.request('POST', '/v1/contacts', {
        as,
        body: { first_name: as === kit.a.agent ? 'A' : 'B' },
        headers: { 'idempotency-key': key },
      });
      expect(answer.status).toBe(201);
    }
  });

  it('says of an unknown tenant that the host must make it', async () => {
    const answer = await kit.request('GET', '/v1/me', { as: await kit.token('nobody') });
    expect(answer).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated', detail: expect.stringContaining('upsert') },
    });
  });
});
