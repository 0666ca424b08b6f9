/**
 * Fills an empty demo: the story is played through the kit's own API and the carrier's own webhooks, by a kit and a
 * carrier whose clock the story sets. What comes out is what weeks of use would have left.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemClock, type Sandbox, type Transport } from '@patchbay/carrier-sandbox';
import type { ServerKit } from '@patchbay/server-kit';
import type {
  Contact,
  CreateSegment,
  Message,
  Opportunity,
  Pipeline,
  Segment,
  Task,
  UpdateConversation,
} from '@patchbay/server-kit/contract';
import { CLIENTS, NEW_LEAD, userOf, USERS, type TenantId } from '../agency.ts';
import { portalCarrier } from '../carrier.ts';
import type { DemoConfig } from '../config.ts';
import { portalKit, publicUrl, type KitWish } from '../kit.ts';
import { FIELDS, QUICK_REPLIES, SEGMENTS } from './accounts.ts';
import { consentsOf, CROWD } from './crowd.ts';
import { addMedia } from './media.ts';
import { PEOPLE, type Line, type Person } from './story.ts';
import { addWorkflows } from './workflows.ts';

const TENANTS = Object.keys(CLIENTS) as TenantId[];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PATIENCE = 20_000;

/** Tells the kit about the clients and their numbers. Repeated at every start, so that a change here arrives. */
export async function registerClients(kit: ServerKit): Promise<void> {
  for (const client of Object.values(CLIENTS)) {
    await kit.tenants.upsert(client);
    await kit.tenants.addSender({
      tenant: client.id,
      address: client.number,
      name: client.numberName,
      isDefault: true,
      keywordReplies: client.keywordReplies,
      segmentsPerSecond: 10,
    });
  }
  for (const { id, name, tenant, role, phone } of USERS)
    await kit.tenants.addMember({ tenant, id, name, role, phone });
}

/** True when the story was told before. Quick replies come last, so they stand for the whole. */
async function isSeeded(seeder: Seeder): Promise<boolean> {
  for (const tenant of TENANTS) {
    const { items } = await seeder.call<{ items: unknown[] }>(tenant, 'GET', '/v1/quick-replies');
    if (items.length === 0) return false;
  }
  return true;
}

export async function seed(
  config: DemoConfig,
  wish: Omit<KitWish, 'clock'>,
): Promise<'seeded' | 'was there'> {
  const clock = { time: Date.now() };
  const kit = portalKit({ ...wish, clock: () => new Date(clock.time) });
  const seeder = new Seeder(kit, clock);
  let sandbox: Sandbox | undefined;
  let listening: { close(): Promise<void> } | undefined;
  try {
    if (await isSeeded(seeder)) return 'was there';
    sandbox = portalCarrier(config, {
      clock: { now: () => clock.time, after: (_ms, run) => systemClock.after(0, run) },
      transport: straightTo(kit),
      settings: { mps: 0, sentAfterMs: 0, deliveredAfterMs: 0 },
    });
    listening = await sandbox.listen({ port: config.sandboxPort });
    await kit.startWorker();
    await seeder.tell(sandbox, Date.now());
    return 'seeded';
  } finally {
    await kit.close();
    await listening?.close();
    sandbox?.close();
  }
}

/** Webhooks without a network: the host app does not listen yet. */
function straightTo(kit: ServerKit): Transport {
  return async ({ method, url, headers, body }) => {
    const answer = await kit.fetch(new Request(url, { method, headers, body }));
    return {
      status: answer.status,
      contentType: answer.headers.get('content-type') ?? '',
      location: answer.headers.get('location'),
      body: new Uint8Array(await answer.arrayBuffer()),
    };
  };
}

class Seeder {
  readonly #kit: ServerKit;
  readonly #clock: { time: number };
  /** By the file that it was made from. */
  #assets = new Map<string, string>();

  constructor(kit: ServerKit, clock: { time: number }) {
    this.#kit = kit;
    this.#clock = clock;
  }

  async tell(sandbox: Sandbox, now: number): Promise<void> {
    sandbox.state.put('phone', {
      number: NEW_LEAD,
      name: 'A new lead',
      delivery: { mode: 'deliver', errorCode: null },
      createdAt: now,
    });
    // whom a conversation may be assigned to: the kit knows a member once it has met him
    for (const { id, tenant } of USERS) await this.call(tenant, 'GET', '/v1/me', undefined, id);
    if (!(await this.#isBegun())) {
      for (const tenant of TENANTS) {
        await this.#setUpBoard(tenant);
        for (const field of FIELDS[tenant]) await this.call(tenant, 'POST', '/v1/contact-fields', field);
        this.#clock.time = now - 30 * 24 * HOUR;
        const added = await addMedia(tenant, (method, path, body, headers) =>
          this.call(tenant, method, path, body, undefined, headers),
        );
        this.#assets = new Map([...this.#assets, ...added]);
      }
      await this.#play(sandbox, now);
    }
    this.#clock.time = now;
    for (const tenant of TENANTS) {
      for (const segment of SEGMENTS[tenant]) await this.#addSegment(tenant, segment);
      await this.#addWorkflows(tenant);
      for (const reply of QUICK_REPLIES[tenant]) await this.call(tenant, 'POST', '/v1/quick-replies', reply);
    }
  }

  /** A story that a kill has cut short is not told again: nobody should get the same text twice. */
  async #isBegun(): Promise<boolean> {
    const { items } = await this.call<{ items: unknown[] }>('harbor', 'GET', '/v1/contacts?limit=1');
    return items.length > 0;
  }

  async #play(sandbox: Sandbox, now: number): Promise<void> {
    const contacts = new Map<Person, string>();
    // in the order in which they came to be known, then line by line as time went by
    const byAge = [...PEOPLE, ...CROWD].sort((a, b) => oldest(b) - oldest(a));
    for (const person of byAge) {
      this.#clock.time = now - (oldest(person) + 7) * MINUTE;
      setUpPhone(sandbox, person, this.#clock.time);
      if (person.first) contacts.set(person, await this.#addContact(person));
    }
    for (const [person, id] of contacts) {
      // somewhere between then and now, and today for those of the story
      this.#clock.time = now - Math.max(2 * HOUR, ((person.known ?? 0) * MINUTE) / 3);
      await this.#addWork(person, id, now);
    }
    const lines = PEOPLE.flatMap((person) => person.lines.map((line) => ({ person, line })));
    for (const { person, line } of lines.sort((a, b) => b.line.ago - a.line.ago)) {
      this.#clock.time = now - line.ago * MINUTE;
      if (line.by) await this.#send(sandbox, person, line, line.by, contacts.get(person));
      else await receive(sandbox, person, line);
      if (line === person.lines[0]) await this.#change(person, { assignee_id: person.assignee });
      if (line === person.lines.at(-1)) {
        await this.#change(person, { unread: person.unread ? undefined : false, state: person.in });
      }
    }
  }

  async #addContact(person: Person): Promise<string> {
    const { tenant } = person;
    const contact = await this.call<Contact>(tenant, 'POST', '/v1/contacts', {
      first_name: person.first,
      last_name: person.last,
      phone: person.phone,
      email: person.email ?? null,
      lead_type: person.leadType ?? null,
      stage: person.stage ?? null,
      source: person.source ?? null,
      city: person.city ?? null,
      state: person.state ?? null,
      birthday: person.birthday ?? null,
      owner_id: person.assignee ?? null,
      tags: person.tags ?? [],
      fields: person.fields ?? {},
    });
    if (person.consent) {
      const consent = { action: 'grant', kind: 'express_written', source: 'form', wording: person.consent };
      await this.call(tenant, 'POST', `/v1/contacts/${contact.id}/consent`, consent);
    }
    for (const consent of consentsOf(person)) {
      await this.call(tenant, 'POST', `/v1/contacts/${contact.id}/consent`, consent);
    }
    return contact.id;
  }

  /** Told again after a kill, so it may be there. */
  async #addSegment(tenant: TenantId, segment: CreateSegment): Promise<void> {
    const { items } = await this.call<{ items: Segment[] }>(tenant, 'GET', '/v1/segments');
    if (items.some(({ name }) => name === segment.name)) return;
    await this.call(tenant, 'POST', '/v1/segments', segment);
  }

  /** Told again after a kill, so they may be there. In the first are those of the newest who agreed to texts. */
  async #addWorkflows(tenant: TenantId): Promise<void> {
    const { items } = await this.call<{ items: unknown[] }>(tenant, 'GET', '/v1/workflows');
    if (items.length > 0) return;
    const newest = await this.call<{ items: Contact[] }>(tenant, 'GET', '/v1/contacts?limit=50');
    const people = newest.items.filter(({ name, consent }) =>
      consent.some(({ channel, state }) => name !== null && channel === 'sms' && state === 'granted'),
    );
    const ids = people.slice(0, 3).map(({ id }) => id);
    await addWorkflows(tenant, (method, path, body) => this.call(tenant, method, path, body), ids);
  }

  /** The stages of the board, in place of those that the kit begins with. */
  async #setUpBoard(tenant: TenantId): Promise<void> {
    const { items } = await this.call<{ items: Pipeline[] }>(tenant, 'GET', '/v1/pipelines');
    await this.call(tenant, 'PATCH', `/v1/pipelines/${items[0]?.id}`, CLIENTS[tenant].board);
  }

  /** What a person is on the board with; what is to be done for them, and what was noted. */
  async #addWork(person: Person, contactId: string, now: number): Promise<void> {
    const { tenant, deal, tasks = [], notes = [] } = person;
    if (deal) {
      const path = `/v1/contacts/${contactId}/opportunities`;
      const { items } = await this.call<{ items: Opportunity[] }>(tenant, 'GET', path);
      await this.call(tenant, 'PATCH', `/v1/opportunities/${items[0]?.id}`, {
        name: deal.name,
        value: deal.dollars * 100,
        currency: 'USD',
        owner_id: deal.owner,
        expected_close: deal.closes === undefined ? null : dayAfter(now, deal.closes),
      });
    }
    for (const { title, due, by, done } of tasks) {
      const body = { title, contact_id: contactId, due: { on: dayAfter(now, due) } };
      const { id } = await this.call<Task>(tenant, 'POST', '/v1/tasks', body, by);
      if (done) await this.call(tenant, 'PATCH', `/v1/tasks/${id}`, { done }, by);
    }
    for (const { text, by } of notes) {
      await this.call(tenant, 'POST', `/v1/contacts/${contactId}/notes`, { text }, by);
    }
  }

  async #send(
    sandbox: Sandbox,
    person: Person,
    line: Line,
    by: string,
    contact: string | undefined,
  ): Promise<void> {
    const { tenant } = person;
    const id = randomUUID();
    const whom = contact ? { contact_id: contact } : { to: person.phone };
    // as a link: nobody listens yet where the carrier would fetch a picture
    const asset = line.file && { id: this.#assets.get(line.file), as: 'link' };
    const assets = asset ? [asset] : [];
    await this.call(tenant, 'POST', '/v1/messages', { id, ...whom, body: line.text, assets }, by);
    const wanted = person.undelivered ? 'undelivered' : 'delivered';
    await until(`the text to ${person.phone} is ${wanted}`, async () => {
      const { status } = await this.call<Message>(tenant, 'GET', `/v1/messages/${id}`);
      return status === wanted && sandbox.controls.idle();
    });
  }

  /** What the team did with it: gave it to somebody, read it, put it aside. */
  async #change(person: Person, change: UpdateConversation): Promise<void> {
    if (Object.values(change).every((value) => value === undefined)) return;
    const { tenant, phone } = person;
    const query = `/v1/conversations?q=${encodeURIComponent(phone)}`;
    const { items } = await this.call<{ items: { id: string }[] }>(tenant, 'GET', query);
    await this.call(tenant, 'PATCH', `/v1/conversations/${items[0]?.id}`, change);
  }

  /** Asks the API as a member: the one named, or the client's first. */
  async call<T>(
    tenant: TenantId,
    method: string,
    path: string,
    body?: object | Uint8Array,
    by?: string,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Promise<T> {
    const user = userOf(by) ?? USERS.find((one) => one.tenant === tenant && one.role === 'manager');
    if (!user) throw new Error(`${tenant} has no manager.`);
    const token = await this.#kit.sessionToken({
      tenant,
      member: { id: user.id, name: user.name },
      role: user.role,
    });
    const answer = await this.#kit.fetch(
      new Request(`${publicUrl(0)}${path}`, {
        method,
        headers: { ...headers, authorization: `Bearer ${token}` },
        ...(body && { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
      }),
    );
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The seed's ${method} ${path} was answered ${answer.status}: ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }
}

/** A day as ISO writes it, so many days from now. */
const dayAfter = (now: number, days: number): string =>
  new Intl.DateTimeFormat('sv-SE').format(now + days * 24 * 60 * MINUTE);

const oldest = ({ known, lines }: Person): number => known ?? Math.max(...lines.map(({ ago }) => ago));

function setUpPhone(sandbox: Sandbox, person: Person, at: number): void {
  const { phone, first, last, undelivered } = person;
  sandbox.state.put('phone', {
    number: phone,
    name: first ? `${first} ${last}` : phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3'),
    delivery: undelivered
      ? { mode: 'undelivered', errorCode: undelivered }
      : { mode: 'deliver', errorCode: null },
    createdAt: at,
  });
}

async function receive(sandbox: Sandbox, person: Person, line: Line): Promise<void> {
  const picture = line.picture && new URL(`../../public/pictures/${line.picture}`, import.meta.url);
  sandbox.controls.text({
    from: person.phone,
    to: CLIENTS[person.tenant].number,
    body: line.text,
    ...(picture && { mediaUrls: [`data:image/jpeg;base64,${readFileSync(picture).toString('base64')}`] }),
  });
  await until(`the text of ${person.phone} has arrived`, async () => sandbox.controls.idle());
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`The seed waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
