import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { TEST_SECRET } from '../../testing/kit.ts';
import { graphMessenger } from '../messenger/graph.ts';
import { STEP_RUNNERS } from '../steps/index.ts';
import type { Run } from '../steps/step.ts';
import { getStepsWorld, type StepsWorld } from '../testing/steps-world.ts';
import { retryRequests } from './rows.ts';
import { createRequestSender, WEBHOOK_PAUSES_S, type RequestSender } from './sender.ts';
import { webhookSecret } from './signature.ts';

interface Seen {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

let world: StepsWorld;
let server: http.Server;
let base = '';
let seen: Seen[] = [];
let answer: (request: Seen, response: http.ServerResponse) => void;

beforeAll(async () => {
  world = await getStepsWorld(STEP_RUNNERS);
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});
beforeEach(() => {
  seen = [];
  answer = (_, response) => response.end('{}');
});
afterEach(async () => {
  await world.kit.admin('delete from workflow_requests');
  await world.kit.admin('delete from workflow_request_wakeups');
});

function sender(
  more: Parameters<typeof createRequestSender>[1] = {},
  allow: string[] | null = null,
): RequestSender {
  return createRequestSender(
    {
      database: world.database,
      log: pino({ level: 'silent' }),
      clock: () => world.now,
      secret: TEST_SECRET,
      outside: {
        // the stand-in is on this machine
        reach: { allow, isInside: () => false },
        messenger: graphMessenger({ token: 'page token', baseUrl: `${base}/graph` }),
      },
    },
    more,
  );
}

async function sendAll(by = sender()): Promise<void> {
  await by.look();
  await by.idle();
}

const later = (seconds: number) => {
  world.now = new Date(world.now.getTime() + seconds * 1_000);
};
const requestOf = async ({ enrollmentId }: Run) => {
  const [row] = await world.kit.admin('select * from workflow_requests where enrollment_id = $1', [
    enrollmentId,
  ]);
  return row;
};
const stepRun = async ({ enrollmentId }: Run) => {
  const [row] = await world.kit.admin('select * from step_runs where enrollment_id = $1 order by ordinal', [
    enrollmentId,
  ]);
  return row;
};
const enrollment = async ({ enrollmentId }: Run) => {
  const [row] = await world.kit.admin('select * from enrollments where enrollment_id = $1', [enrollmentId]);
  return row;
};
const waitedFor = (run: Run): Run => ({ ...run, waited: { reason: 'request', until: null } });

describe('a webhook', () => {
  it('says who, signed as Standard Webhooks, after the step has gone on', async () => {
    const run = await world.person();
    const [outcome] = await world.take(
      { kind: 'webhook', url: `${base}/hook`, data: { hi: '{{ first_name }}' } },
      [run],
    );
    expect(outcome).toEqual({ done: true, detail: { request_id: expect.any(String) } });
    expect(seen).toEqual([]);
    await sendAll();
    const [{ headers, body }] = seen as [Seen];
    expect(JSON.parse(body)).toMatchObject({
      type: 'workflow.step',
      data: { hi: 'Anna', contact: { id: run.contact.id }, enrollment_id: run.enrollmentId, step: 's' },
    });
    const key = Buffer.from(webhookSecret(TEST_SECRET, world.kit.a.id).slice(6), 'base64');
    const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(headers['idempotency-key']).toBe(headers['webhook-id']);
    expect(await requestOf(run)).toMatchObject({ state: 'done', attempts: 1, due_at: null });
  });

  it('is tried eight times in 27 hours under one id, and then is a dead letter that can be sent again', async () => {
    const run = await world.person();
    answer = (_, response) => response.writeHead(500).end('no');
    await world.take({ kind: 'webhook', url: `${base}/hook` }, [run]);
    const began = world.now.getTime();
    for (const pause of WEBHOOK_PAUSES_S) {
      await sendAll();
      later(pause - 1);
      await sendAll();
      later(1);
    }
    await sendAll();
    expect(world.now.getTime() - began).toBeGreaterThanOrEqual(27 * 3_600_000);
    expect(seen).toHaveLength(8);
    expect(new Set(seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const row = await requestOf(run);
    expect(row).toMatchObject({ state: 'failed', due_at: null, answer: { status: 500, body: 'no' } });
    expect(await stepRun(run)).toMatchObject({
      outcome: 'failed',
      detail: { late: true, reason: 'It answered 500.' },
    });
    const events = await world.kit.admin(
      `select * from events where type = 'enrollment.step_failed' and contact_id = $1`,
      [run.contact.id],
    );
    expect(events).toMatchObject([
      { data: { enrollment_id: run.enrollmentId, step: 's', reason: 'It answered 500.' } },
    ]);

    answer = (_, response) => response.end();
    const retried = await world.database.transaction(world.kit.a.id, (tx) =>
      retryRequests(tx, [row.request_id], null),
    );
    expect(retried).toBe(1);
    await sendAll();
    expect(seen).toHaveLength(9);
    expect(await requestOf(run)).toMatchObject({ state: 'done' });
    expect(await stepRun(run)).toMatchObject({ outcome: 'done' });
  });
});

describe('an HTTP request', () => {
  const step = (more: object = {}) => ({
    kind: 'http_request',
    url: `${base}/api?x={{ first_name }}`,
    ...more,
  });

  it('holds its run until the answer is there, and puts it into variables', async () => {
    const run = await world.person();
    answer = (_, response) => response.end(JSON.stringify({ data: { items: [{ id: 7 }], name: 'B' } }));
    const asked = step({
      headers: { authorization: 'Bearer {{ first_name }}' },
      body: { a: ['{{ first_name }}'] },
      map: { id: 'data.items.0.id', name: 'data.name', none: 'data.x.y', proto: '__proto__.x' },
    });
    const [first] = await world.take(asked, [run]);
    expect(first).toMatchObject({ wait: { reason: 'request' } });
    await sendAll();
    expect(seen).toMatchObject([
      {
        method: 'POST',
        path: '/api?x=Anna',
        body: '{"a":["Anna"]}',
        headers: { authorization: 'Bearer Anna', 'content-type': 'application/json' },
      },
    ]);
    const row = await enrollment(run);
    expect(row.due_at.getTime()).toBe(world.now.getTime());
    const back = waitedFor(run);
    expect(await world.take(asked, [back])).toEqual([{ done: true, detail: { status: 200 } }]);
    expect(back.variables).toEqual({ id: 7, name: 'B', none: null, proto: null });
    expect((await requestOf(run)).request).not.toHaveProperty('headers');
  });

  it('is tried again as often as it says, then goes the way of failure', async () => {
    const run = await world.person();
    answer = (_, response) => response.writeHead(503, { 'retry-after': '30' }).end();
    const asked = step({ retries: 1, on_failure: 'sorry' });
    await world.take(asked, [run]);
    await sendAll();
    later(29);
    await sendAll();
    expect(seen).toHaveLength(1);
    later(1);
    await sendAll();
    expect(seen).toHaveLength(2);
    expect(await world.take(asked, [waitedFor(run)])).toEqual([
      { fail: 'It answered 503.', to: 'sorry', detail: { status: 503 } },
    ]);
  });

  it.each([400, 401, 404, 422])('is not tried again after %i', async (status) => {
    const run = await world.person();
    answer = (_, response) => response.writeHead(status).end('why');
    await world.take(step(), [run]);
    await sendAll();
    expect(await requestOf(run)).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('never goes to an address of our own network', async () => {
    const run = await world.person();
    await world.take(step(), [run]);
    const guarded = createRequestSender({
      database: world.database,
      log: pino({ level: 'silent' }),
      clock: () => world.now,
      secret: TEST_SECRET,
      outside: { reach: { allow: null }, messenger: null },
    });
    await sendAll(guarded);
    expect(seen).toEqual([]);
    expect(await requestOf(run)).toMatchObject({
      state: 'failed',
      answer: { error: '127.0.0.1 is an address of our own network, which is not asked.' },
    });
  });

  it('cannot set what the connection is made of, nor ask what is no address', async () => {
    const runs = [await world.person()];
    expect(await world.take(step({ headers: { Host: 'inside' } }), runs)).toEqual([
      { fail: 'The header Host cannot be set.', to: undefined },
    ]);
    expect(await world.take(step({ headers: { a: 'x\ny' } }), runs)).toMatchObject([
      { fail: 'The header a holds what no header can.' },
    ]);
    expect(await world.take(step({ url: 'file:///etc/passwd' }), runs)).toMatchObject([
      { fail: '“file:///etc/passwd” is no address that can be asked.' },
    ]);
  });

  it('that nobody answers holds up no other host and no other tenant’s', async () => {
    const silent = http.createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const dead = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    const slow = await Promise.all(Array.from({ length: 40 }, () => world.person()));
    await world.take(step({ url: dead, timeout_seconds: 60, retries: 0 }), slow);
    const good = await world.person();
    await world.take(step(), [good]);
    const by = sender();
    await by.look();
    await expect.poll(() => seen.length).toBe(1);
    await expect.poll(async () => (await requestOf(good)).state).toBe('done');
    silent.closeAllConnections();
    silent.close();
    await by.stop();
  });
});

describe('a process that is killed', () => {
  it('loses none and doubles none but with the same id', async () => {
    const runs = await Promise.all(Array.from({ length: 12 }, () => world.person()));
    await world.take({ kind: 'webhook', url: `${base}/hook` }, runs);
    for (const at of ['claimed', 'answered'] as const) {
      const killed = sender({
        reached: (point) => (point === at ? new Promise<never>(() => undefined) : undefined),
      });
      // it stops there for good; what it has taken stays leased
      void killed.look();
      await expect
        .poll(
          async () =>
            (await world.kit.admin(`select 1 from workflow_requests where state = 'sending'`)).length,
        )
        .toBeGreaterThan(0);
      later(40);
    }
    for (let look = 0; look < 5; look += 1) {
      await sendAll();
      later(40);
    }
    const ids = (await world.kit.admin('select request_id, state from workflow_requests')).map((row) => {
      expect(row.state).toBe('done');
      return row.request_id as string;
    });
    expect(new Set(seen.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(ids));
    expect(ids).toHaveLength(12);
  });

  it('speaks no longer for a request that another has taken over', async () => {
    const run = await world.person();
    await world.take({ kind: 'webhook', url: `${base}/hook` }, [run]);
    let go = () => undefined as void;
    const held = new Promise<void>((done) => (go = done));
    answer = (_, response) => response.writeHead(410).end();
    const suspended = sender({ reached: (point) => (point === 'answered' ? held : undefined) });
    await suspended.look();
    await expect.poll(() => seen.length).toBe(1);
    later(60);
    answer = (_, response) => response.end();
    await sendAll();
    expect(await requestOf(run)).toMatchObject({ state: 'done', attempts: 2 });
    go();
    await suspended.idle();
    expect(await requestOf(run)).toMatchObject({ state: 'done', attempts: 2 });
    expect(await stepRun(run)).toMatchObject({ outcome: 'done' });
  });
});

describe('a Messenger message', () => {
  const messenger = { kind: 'send_messenger', body: 'Happy Birthday, {{ first_name }}! 🎉' };

  it('is passed over without an id or a connection', async () => {
    const [without, having] = [await world.person(), await world.person({ messenger_id: '42' })];
    expect(await world.take(messenger, [without], { messenger: true })).toEqual([{ skip: 'no_address' }]);
    expect(await world.take(messenger, [having])).toEqual([
      { skip: 'not_connected', detail: { what: 'Messenger' } },
    ]);
  });

  it('goes to the Graph API with its video’s link', async () => {
    await world.asset({ key: 'bday' });
    const run = await world.person({ messenger_id: '42' });
    answer = (_, response) => response.end(JSON.stringify({ recipient_id: '42', message_id: 'm_1' }));
    expect(await world.take({ ...messenger, video: 'bday' }, [run], { messenger: true })).toMatchObject([
      { done: true },
    ]);
    await sendAll();
    const [{ path, headers, body, method }] = seen as [Seen];
    expect([method, path, headers.authorization]).toEqual([
      'POST',
      '/graph/v23.0/me/messages',
      'Bearer page token',
    ]);
    const sent = JSON.parse(body) as { recipient: object; message: { text: string } };
    expect(sent.recipient).toEqual({ id: '42' });
    expect(sent.message.text).toMatch(/^Happy Birthday, Anna! 🎉\nhttps:\/\/\S+\/m\/\w{14}$/);
    expect(await requestOf(run)).toMatchObject({ state: 'done', answer: { body: 'm_1' } });
  });

  it('fails its step when Meta refuses it, and is tried again when Meta is busy', async () => {
    const run = await world.person({ messenger_id: '42' });
    answer = (_, response) =>
      response.writeHead(400).end(JSON.stringify({ error: { code: 613, message: 'Calls too fast' } }));
    await world.take(messenger, [run], { messenger: true });
    await sendAll();
    expect(await requestOf(run)).toMatchObject({ state: 'queued', attempts: 1 });
    answer = (_, response) =>
      response
        .writeHead(400)
        .end(JSON.stringify({ error: { code: 10, message: 'Outside the allowed window' } }));
    later(5);
    await sendAll();
    expect(await requestOf(run)).toMatchObject({ state: 'failed' });
    expect(await stepRun(run)).toMatchObject({
      outcome: 'failed',
      detail: { reason: 'Outside the allowed window' },
    });
  });

  it('that waits to be tried again is taken back when somebody ends its run; a webhook is not', async () => {
    const runs = [await world.person({ messenger_id: '42' }), await world.person()] as const;
    answer = (_, response) => response.writeHead(500).end('{}');
    await world.take(messenger, [runs[0]], { messenger: true });
    await world.take({ kind: 'webhook', url: `${base}/hook` }, [runs[1]]);
    await sendAll();
    for (const { enrollmentId } of runs)
      await world.kit.admin(
        `update enrollments set state = 'canceled', end_reason = 'opted_out', ended_at = now(), step = null, due_at = null
         where enrollment_id = $1`,
        [enrollmentId],
      );
    seen = [];
    later(60);
    await sendAll();
    expect(seen.map(({ path }) => path)).toEqual(['/hook']);
    expect(await requestOf(runs[0])).toMatchObject({ state: 'canceled', due_at: null });
    expect(await stepRun(runs[0])).toMatchObject({ outcome: 'skipped', detail: { reason: 'taken_back' } });
  });
});

it('is another tenant’s business alone', async () => {
  const run = await world.person();
  await world.take({ kind: 'webhook', url: `${base}/hook` }, [run]);
  const row = await requestOf(run);
  const touched = await world.database.transaction(world.kit.b.id, (tx) =>
    retryRequests(tx, [row.request_id], null),
  );
  expect(touched).toBe(0);
  expect(webhookSecret(TEST_SECRET, world.kit.a.id)).not.toBe(webhookSecret(TEST_SECRET, world.kit.b.id));
});
