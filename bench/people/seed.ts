/**
 * Makes the people that the figures are measured on: 1,000,000 contacts and 10,000,000 events of one account, beside
 * forty-nine small ones. The same ones every time: what varies follows from a row's number through `hashint8extended`.
 *
 * Everything is made by SQL in the order in which it would have come, with the indexes built afterwards.
 */
import type postgres from 'postgres';
import { TENANT } from '../harness/environment.ts';
import { CONTACTS, EVENTS, TENANTS } from './store.ts';

/** Of each of the other accounts. */
const SMALL = { contacts: 2_000, events: 20_000 };
/** Three years, and the order in which people and events came: a steady stream. */
const SPAN_S = 3 * 365 * 86_400;

const FIRST = `{Mia,Noah,Ava,Liam,Zoe,Omar,Ruth,Ivan,Lena,Hugo,Nora,Theo,Iris,Paul,Dana,Kofi,Yuki,Rosa,Finn,Elsa,Maya,Juan,Aisha,Ben,Clara,Dmitri,Eve,Farid,Grace,Hana,Ian,Jade,Karl,Lucia,Marc,Nina,Oscar,Priya,Quinn,Rafael,Sara,Tom,Uma,Victor,Wendy,Xavier,Yara,Zack,Anna,Bruno,Carmen,Derek,Elena,Felix,Gina,Harold,Ingrid,Jonas,Kira,Leon}`;
const SYLLABLES = `{an,ber,car,dal,els,far,gan,hol,ing,jen,kir,lor,mar,nor,ols,pet,quin,ros,san,tor,ul,van,wes,yor,zim}`;
const TAGS = `{buyer,seller,hot,vip,newsletter,open-house,past-client,investor,renter,referral,spring,autumn,walk-in,first-home,relocating}`;
const STAGES = `{New,Contacted,Qualified,Viewing,Offer,Won,Lost}`;
const STATES = `{IL,WI,IN,MI,OH,CA,TX,FL,NY,WA}`;
const CITIES = `{Chicago,Madison,Gary,Detroit,Columbus,Fresno,Austin,Tampa,Albany,Tacoma}`;
const SOURCES = `{website,facebook,walk-in,referral,import,text}`;

export type Say = (line: string) => void;

export async function seedPeople(sql: postgres.Sql, say: Say): Promise<void> {
  await sql.unsafe(`
    -- a number from 0 to below 1 that belongs to a row and a question
    create or replace function pick(n bigint, question bigint) returns float8 language sql immutable parallel safe
      return (hashint8extended(n, question) & 9007199254740991) / 9007199254740992.0::float8;
    create or replace function one_of(list text[], n bigint, question bigint) returns text language sql immutable
      parallel safe return list[1 + floor(pick(n, question) * cardinality(list))::integer];
    -- a uuid of version 7 of that moment
    create or replace function id_at(at timestamptz, n bigint, question bigint) returns uuid language sql immutable
      parallel safe return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' ||
        substr(md5(n || ':' || question), 1, 3) || '8' || substr(md5(n || ':' || question), 4, 15))::uuid;`);
  await sql`insert into tenants (tenant_id, name)
    select 'small' || n, 'Small ' || n from generate_series(1, ${TENANTS - 1}) n on conflict do nothing`;
  await sql`insert into senders (tenant_id, sender_id, channel, address, account_sid, is_default)
    select 'small' || n, gen_random_uuid(), 'sms', '+1630556' || lpad(n::text, 4, '0'), 'AC0', true
    from generate_series(1, ${TENANTS - 1}) n on conflict do nothing`;
  await sql`insert into contact_fields (tenant_id, field_id, key, label, type, options)
    values (${TENANT}, gen_random_uuid(), 'budget', 'Budget', 'number', '{}'),
      (${TENANT}, gen_random_uuid(), 'move_in', 'Moves in', 'date', '{}'),
      (${TENANT}, gen_random_uuid(), 'language', 'Language', 'choice', '{English,Spanish,Polish}')
    on conflict do nothing`;
  const restore = await dropIndexes(sql, [
    'contacts',
    'conversations',
    'messages',
    'events',
    'consent_records',
  ]);
  const accounts = [
    ...Array.from({ length: TENANTS - 1 }, (_, n) => ({ tenant: `small${n + 1}`, ...SMALL })),
    { tenant: TENANT, contacts: CONTACTS, events: EVENTS },
  ];
  for (const account of accounts) {
    await sql.begin((tx) => seedAccount(tx, account));
    if (account.tenant === TENANT) say(`${account.contacts} people, ${account.events} events`);
  }
  say('indexes …');
  for (const definition of restore) await sql.unsafe(definition);
  say('vacuum …');
  await sql`vacuum (analyze)`;
}

interface Account {
  tenant: string;
  contacts: number;
  events: number;
}

async function seedAccount(
  tx: postgres.TransactionSql,
  { tenant, contacts, events }: Account,
): Promise<void> {
  await tx.unsafe(`set local work_mem = '512MB'; set local session_replication_role = replica;`);
  // who, and when they came; people with a low number have been busy (see below)
  await tx`create temporary table who on commit drop as
    select n, now() - make_interval(secs => ${SPAN_S} * (1 - n / ${contacts}::float8)) as at
    from generate_series(1::bigint, ${contacts}) n`;
  await tx`alter table who add contact_id uuid, add phone text`;
  await tx`update who set contact_id = id_at(at, n, 1),
    phone = '+1' || (array[312, 608, 219, 313, 614, 559, 512, 813, 518, 253])[1 + n % 10]
      || lpad((2000000 + n % 8000000)::text, 7, '0')`;
  await tx`create unique index on who (n)`;
  await tx`
    insert into contacts (tenant_id, contact_id, first_name, last_name, phone, email, tags, lead_type, stage, source,
      state, city, country, owner_id, lead_score, birth_month, birth_day, birth_year, do_not_call, dnd, fields,
      derived_zone, derived_zone_source, created_at, updated_at)
    select ${tenant}, contact_id, one_of(${FIRST}, n, 10), initcap(one_of(${SYLLABLES}, n, 11) || one_of(${SYLLABLES}, n, 12)
        || one_of(${SYLLABLES}, n, 13)), phone,
      case when pick(n, 14) < 0.8 then 'person' || n || '@example.com' end,
      -- a few tags each, the first ones of the list much more often
      array(select distinct (${TAGS}::text[])[1 + floor(15 * power(pick(n * 4 + i, 15), 2.5))::integer]
        from generate_series(1, floor(4 * pick(n, 16))::integer) i),
      one_of('{Buyer,Seller,Renter,Investor}', n, 17), one_of(${STAGES}, n, 18), one_of(${SOURCES}, n, 19),
      (${STATES}::text[])[1 + n % 10], (${CITIES}::text[])[1 + n % 10], 'US',
      case when pick(n, 20) < 0.9 then 'agent' || floor(25 * pick(n, 21))::integer end, floor(100 * pick(n, 22))::integer,
      case when pick(n, 23) < 0.6 then 1 + floor(12 * pick(n, 24))::integer end,
      case when pick(n, 23) < 0.6 then 1 + floor(28 * pick(n, 25))::integer end,
      case when pick(n, 23) < 0.4 then 1940 + floor(65 * pick(n, 26))::integer end,
      pick(n, 27) < 0.03, case when pick(n, 28) < 0.02 then '{sms}'::text[] else '{}' end,
      jsonb_build_object('budget', 1000 * (100 + floor(900 * pick(n, 29)))::integer, 'language',
        one_of('{English,Spanish,Polish}', n, 30), 'move_in', (now() + make_interval(days => floor(700 * pick(n, 31))::integer
          - 350))::date::text),
      case when n % 10 in (6) then 'America/Chicago' when n % 10 in (5, 9) then 'America/Los_Angeles'
        when n % 10 in (0, 1, 2) then 'America/Chicago' else 'America/New_York' end, 'address',
      at, at + (now() - at) * pick(n, 32)
    from who`;
  await tx`
    insert into consent_records (tenant_id, record_id, channel, address, action, kind, source, wording, occurred_at, recorded_at)
    select ${tenant}, id_at(at, n, 2), 'sms', phone, 'grant', 'express_written', 'form', 'I agree to texts about listings.', at, at
    from who where pick(n, 40) < 0.7
    union all
    select ${tenant}, id_at(at + interval '1 day', n, 3), 'sms', phone, 'withdraw', null, 'keyword', 'STOP', least(at + interval '1 day', now()),
      least(at + interval '1 day', now())
    from who where pick(n, 41) < 0.05`;
  await tx`
    insert into consents (tenant_id, channel, address, state, kind, source, at, record_id)
    select ${tenant}, 'sms', phone, case when left_again then 'withdrawn' else 'granted' end,
      case when not left_again then 'express_written' end, case when left_again then 'keyword' else 'form' end, at,
      id_at(at, n, 2)
    from (select *, pick(n, 41) < 0.05 as left_again from who) w where left_again or pick(n, 40) < 0.7`;
  await tx`
    insert into suppressions (tenant_id, channel, address, source, since)
    select ${tenant}, 'sms', phone, 'keyword', at + interval '1 day' from who where pick(n, 41) < 0.05`;
  // six in ten have been written to
  await tx`
    insert into conversations (tenant_id, conversation_id, contact_id, channel, sender_id, state, unread, last_message_at,
      created_at)
    select ${tenant}, id_at(at, n, 4), contact_id, 'sms', (select sender_id from senders where tenant_id = ${tenant} limit 1),
      one_of('{closed,closed,closed,waiting,inbox}', n, 42), case when pick(n, 43) < 0.02 then 1 else 0 end,
      at + (now() - at) * pick(n, 44), at
    from who where n % 10 < 6`;
  // a quarter of the events begin a message: two in five of those are theirs, and ours each have three reports
  await tx`create temporary table said on commit drop as
    select i, w.n, w.contact_id, w.phone, id_at(w.at, w.n, 4) as conversation_id, pick(i, 50) < 0.4 as theirs,
      now() - make_interval(secs => ${SPAN_S} * (1 - i / ${events / 4}::float8)) as at
    from generate_series(1::bigint, ${events / 4}) i
    -- only of those who have a conversation; the cube makes a few people busy
    cross join lateral (select (10 * floor(${contacts / 10} * power(pick(i, 51), 3)) + 1 + floor(5 * pick(i, 52)))::bigint as n) p
    join who w on w.n = p.n`;
  await tx`alter table said add message_id uuid`;
  await tx`update said set message_id = id_at(at, i, 5)`;
  await tx`
    insert into messages (tenant_id, message_id, conversation_id, contact_id, sender_id, channel, direction, status, origin,
      body, from_address, to_address, segments, created_at, sent_at, delivered_at)
    select ${tenant}, message_id, conversation_id, contact_id, s.sender_id, 'sms', case when theirs then 'inbound' else 'outbound' end,
      case when theirs then 'received' else 'delivered' end, case when theirs then 'contact' else 'member' end,
      case when theirs then 'Is it still to be had, and when could I see it?' else 'It is. Would Thursday at five suit you?' end,
      case when theirs then phone else s.address end, case when theirs then s.address else phone end, 1, at,
      case when not theirs then at end, case when not theirs then at + interval '2 seconds' end
    from said cross join (select sender_id, address from senders where tenant_id = ${tenant} limit 1) s`;
  await tx`create temporary table log (type text, contact_id uuid, conversation_id uuid, message_id uuid, data jsonb,
    at timestamptz) on commit drop`;
  await tx`
    insert into log
    select 'contact.created', contact_id, null::uuid, null::uuid, '{}'::jsonb, at from who
    union all select 'consent.granted', contact_id, null, null, '{"channel": "sms", "source": "form"}', at from who
      where pick(n, 40) < 0.7
    union all select 'consent.withdrawn', contact_id, null, null, '{"channel": "sms", "source": "keyword"}',
      at + interval '1 day' from who where pick(n, 41) < 0.05
    union all select case when theirs then 'message.received' else 'message.queued' end, contact_id, conversation_id,
      message_id, '{}', at from said
    union all select r.type, contact_id, conversation_id, message_id, '{}', at + r.after from said
      cross join (values ('message.sent', interval '1 second'), ('message.delivered', interval '2 seconds')) r (type, after)
      where not theirs`;
  // the rest: changes by people
  await tx`
    insert into log
    select 'contact.updated', w.contact_id, null, null, '{"fields": ["stage"]}',
      now() - make_interval(secs => ${SPAN_S} * (1 - i / rest.missing::float8))
    from (select ${events} - count(*) as missing from log) rest cross join lateral generate_series(1, rest.missing) i
    join who w on w.n = 1 + floor(${contacts} * power(pick(i, 60), 2))::bigint`;
  await tx`
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data, occurred_at)
    select ${tenant}, gen_random_uuid(), type, contact_id, conversation_id, message_id, data, at from log order by at`;
}

/** Drops what is not unique, and returns what makes it again. */
async function dropIndexes(sql: postgres.Sql, tables: string[]): Promise<string[]> {
  const indexes = await sql<{ name: string; definition: string }[]>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
    where indrelid = any(${tables}::regclass[]) and not indisunique`;
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  return indexes.map(({ definition }) => definition);
}
