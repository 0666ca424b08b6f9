/** What the host tells the kit about its accounts and their numbers. Each call may be repeated with the same words. */
import { brand as brandSchema, type Brand, type Channel, type Role } from '../contract/index.ts';
import { toE164 } from '../contacts/phone.ts';
import type { Database, Tx } from '../db/client.ts';
import { ProblemError, SetupError } from '../errors.ts';
import { record } from '../events/record.ts';
import { newId } from '../ids.ts';

export interface TenantOptions {
  /** The host's own key for the account: up to 63 letters, digits and . _ : - */
  id: string;
  name: string;
  /** IANA zone for whoever has none of their own. Default America/New_York. */
  timeZone?: string;
  /** ISO 3166 country that numbers without a country code are read in. Default US. */
  defaultRegion?: string;
  brand?: Partial<Brand>;
  settings?: TenantSettings;
  /** The agency that this account belongs to, whose do-not-contact list it obeys; null: none. */
  parent?: string | null;
}

export interface TenantSettings {
  /** Own words for the confirmations of STOP, START and HELP. */
  keyword_replies?: Partial<Record<'stop' | 'start' | 'help' | 'granted', string>>;
  /**
   * What is put under the first marketing text to somebody, unless it names the business and how to stop already;
   * `{business}` is filled in. Default `{business}: Reply STOP to opt out.` Without the word STOP it does not count.
   */
  first_message_suffix?: string;
  /**
   * The origin that links to files begin with instead of the kit's own address, as `https://go.example.com`. The host hands
   * every request to `/m/…` on it to the kit.
   */
  link_domain?: string | null;
  /**
   * What a caller hears whose call nobody takes; `{business}` is filled in. Default `Thank you for calling {business}. Nobody
   * can take your call right now. Please send us a text.`
   */
  unanswered_words?: string;
  [name: string]: unknown;
}

export interface SenderOptions {
  tenant: string;
  /** A phone number as people write it, or a short code. */
  address: string;
  channel?: Channel;
  /** What members call it. */
  name?: string | null;
  /** The carrier account that the number belongs to. Default: the carrier's own. */
  accountSid?: string;
  /** Default: true for the tenant's first number of a channel. */
  isDefault?: boolean;
  /** How fast it may send, over all processes; null: no limit. Default 1, what a US long code may do. */
  segmentsPerSecond?: number | null;
  /** Who answers STOP, START and HELP. Default `carrier`, as Twilio does unless told otherwise. */
  keywordReplies?: 'carrier' | 'kit';
  /** `pending` holds everything until the carrier has registered the number. */
  status?: 'active' | 'pending' | 'paused';
  /**
   * A phone that rings when somebody calls this number whose own member has none (`addMember`); null: none. Left out: as it
   * is. Nobody answering it, or none: they hear `settings.unanswered_words`.
   */
  forwardTo?: string | null;
}

export interface MemberOptions {
  tenant: string;
  /** The host's own user, as in `sessionToken`. */
  id: string;
  name: string;
  /** Default: as it is; of a new one, agent. */
  role?: Role;
  /** Their own phone, which rings first when a workflow calls somebody for them; null: none. Left out: as it is. */
  phone?: string | null;
}

export interface Tenants {
  /** Makes or changes a tenant. What is left out stays as it is. Throws `SetupError`. */
  upsert(options: TenantOptions): Promise<void>;
  /** Makes or changes a number and returns its id. Throws `SetupError`. */
  addSender(options: SenderOptions): Promise<string>;
  /** Makes or changes a member before they have signed in, and says where their phone is. Throws `SetupError`. */
  addMember(options: MemberOptions): Promise<void>;
}

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

export function tenantRegister(database: () => Promise<Database>, defaultAccount: string): Tenants {
  return {
    async upsert(options) {
      check(options);
      const { id, name, timeZone = null, defaultRegion = null, brand, settings, parent } = options;
      await (
        await database()
      ).pipeline(id, ({ sql }) => [
        sql`insert into tenants as t (tenant_id, parent_tenant_id, name, time_zone, default_region, brand, settings)
            values (${id}, ${parent ?? null}, ${name}, coalesce(${timeZone}, 'America/New_York'), coalesce(${defaultRegion}, 'US'),
              ${sql.json((brand ?? {}) as never)}, ${sql.json((settings ?? {}) as never)})
            on conflict (tenant_id) do update set name = excluded.name,
              time_zone = coalesce(${timeZone}, t.time_zone), default_region = coalesce(${defaultRegion}, t.default_region),
              parent_tenant_id = case when ${parent === undefined} then t.parent_tenant_id else excluded.parent_tenant_id end,
              brand = case when ${brand === undefined} then t.brand else excluded.brand end,
              settings = case when ${settings === undefined} then t.settings else excluded.settings end`,
      ]);
    },

    async addSender(options) {
      const opened = await database();
      try {
        return await opened.transaction(options.tenant, (tx) => writeSender(tx, options, defaultAccount));
      } catch (error) {
        throw explain(error, options.tenant, options.address);
      }
    },

    async addMember(options) {
      const opened = await database();
      try {
        await opened.transaction(options.tenant, (tx) => writeMember(tx, options));
      } catch (error) {
        throw explain(error, options.tenant, options.phone ?? '');
      }
    },
  };
}

async function writeSender(tx: Tx, options: SenderOptions, defaultAccount: string): Promise<string> {
  const { sql, tenant } = tx;
  const {
    channel = 'sms',
    name = null,
    accountSid = defaultAccount,
    keywordReplies = 'carrier',
    status = 'active',
  } = options;
  const rate = options.segmentsPerSecond === undefined ? 1 : options.segmentsPerSecond;
  const address = await addressOf(tx, options.address);
  const forwardTo = options.forwardTo ? await addressOf(tx, options.forwardTo) : options.forwardTo;
  if (forwardTo === address) throw new SetupError(`${address} cannot forward to itself.`);
  const [other] = await sql`
    select 1 from senders where tenant_id = ${tenant} and channel = ${channel} and is_default and address <> ${address}`;
  const isDefault = options.isDefault ?? !other;
  if (isDefault && other) {
    await sql`update senders set is_default = false
      where tenant_id = ${tenant} and channel = ${channel} and is_default and address <> ${address}`;
  }
  const [sender] = await sql<{ sender_id: string; made: boolean }[]>`
    insert into senders as s (tenant_id, sender_id, channel, address, account_sid, name, status, is_default,
      keyword_replies, segments_per_second, forward_to)
    values (${tenant}, ${newId()}, ${channel}, ${address}, ${accountSid}, ${name}, ${status}, ${isDefault},
      ${keywordReplies}, ${rate}, ${forwardTo ?? null})
    on conflict (tenant_id, channel, address) do update set account_sid = excluded.account_sid, name = excluded.name,
      status = excluded.status, is_default = excluded.is_default, keyword_replies = excluded.keyword_replies,
      segments_per_second = excluded.segments_per_second,
      forward_to = case when ${forwardTo === undefined} then s.forward_to else excluded.forward_to end,
      status_reason = case when s.status = excluded.status then s.status_reason end,
      resume_at = case when s.status = excluded.status then s.resume_at end
    returning sender_id, xmax = 0 as made`;
  const { sender_id: id, made } = sender!;
  await sql`
    insert into sender_directory as d (tenant_id, account_sid, channel, address, sender_id)
    values (${tenant}, ${accountSid}, ${channel}, ${address}, ${id})
    on conflict (tenant_id, sender_id) do update set account_sid = excluded.account_sid, address = excluded.address`;
  // a number that was held may have something waiting
  if (status === 'active') await sql`select wake_sender(${tenant}, ${id}, moment())`;
  if (!made) await record(tx, [{ type: 'sender.updated', data: { sender_id: id, status } }]);
  return id;
}

async function writeMember(tx: Tx, { id, name, role, phone }: MemberOptions): Promise<void> {
  const { sql, tenant } = tx;
  if (id.trim() === '' || name.trim() === '') throw new SetupError('A member needs an id and a name.');
  const number = phone ? await addressOf(tx, phone) : null;
  await sql`
    insert into members as m (tenant_id, member_id, name, role, phone)
    values (${tenant}, ${id}, ${name}, ${role ?? 'agent'}, ${number})
    on conflict (tenant_id, member_id) do update set name = excluded.name, role = coalesce(${role ?? null}, m.role),
      phone = case when ${phone === undefined} then m.phone else excluded.phone end`;
}

async function addressOf({ sql, tenant }: Tx, typed: string): Promise<string> {
  const shortCode = typed.trim();
  if (/^\d{3,8}$/.test(shortCode)) return shortCode;
  const [row] = await sql<{ default_region: string }[]>`
    select default_region from tenants where tenant_id = ${tenant}`;
  return toE164(typed, row?.default_region ?? 'US', 'address');
}

function explain(error: unknown, tenant: string, address: string): unknown {
  const { code, constraint_name } = error as { code?: string; constraint_name?: string };
  if (error instanceof ProblemError) return new SetupError(error.message, { cause: error });
  if (code === UNIQUE_VIOLATION && constraint_name === 'sender_directory_address') {
    return new SetupError(
      `${address} belongs to another tenant already. A number of one account has one tenant.`,
    );
  }
  if (code === FOREIGN_KEY_VIOLATION) {
    return new SetupError(`There is no tenant "${tenant}". Make it with kit.tenants.upsert() first.`);
  }
  return error;
}

function check({ id, name, timeZone, defaultRegion, brand, settings, parent }: TenantOptions): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$/.test(id)) {
    throw new SetupError(
      `"${id}" cannot be a tenant's id: up to 63 letters, digits, and . _ : - after the first character.`,
    );
  }
  if (parent === id) throw new SetupError(`The tenant "${id}" cannot be its own agency.`);
  if (typeof name !== 'string' || name.trim() === '')
    throw new SetupError(`The tenant "${id}" needs a name.`);
  if (defaultRegion !== undefined && !/^[A-Z]{2}$/.test(defaultRegion)) {
    throw new SetupError(
      `defaultRegion is a country as ISO 3166 writes it, as US; "${defaultRegion}" is none.`,
    );
  }
  if (timeZone !== undefined && !isZone(timeZone)) {
    throw new SetupError(`"${timeZone}" is no time zone. Use an IANA name, as America/Chicago.`);
  }
  const domain = settings?.link_domain ?? null;
  if (domain !== null && !isLinkDomain(domain)) {
    throw new SetupError(
      `settings.link_domain is an https origin with nothing after it, as https://go.example.com; "${domain}" is none.`,
    );
  }
  const checked = brandSchema.partial().safeParse(brand ?? {});
  if (!checked.success) {
    const issue = checked.error.issues[0]!;
    throw new SetupError(`brand.${issue.path.join('.')}: ${issue.message}`);
  }
}

/** Open lines only on this machine, where there is nobody to listen. */
function isLinkDomain(domain: unknown): boolean {
  const url = typeof domain === 'string' ? URL.parse(domain) : null;
  if (!url || url.origin !== domain) return false;
  return url.protocol === 'https:' || /^http:\/\/(localhost|127\.0\.0\.1)(:|$)/.test(url.origin);
}

function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}
