/**
 * Looks at everything that is set up outside the code and that bites: addresses, secrets, the database's rights, the
 * carrier's credentials, the clocks. Each finding says how to mend it. Changes nothing.
 */
import pg from 'pg';
import type { KitContext } from './context.ts';
import { pendingMigrations } from './db/migrate.ts';
import { fingerprint } from './http/app.ts';

export interface Finding {
  check:
    | 'public_url'
    | 'mount_path'
    | 'secret'
    | 'database'
    | 'migrations'
    | 'role'
    | 'isolation'
    | 'carrier'
    | 'calls'
    | 'clock';
  ok: boolean;
  /** What was found. */
  message: string;
  /** What to do; with `ok`, what would be better still. Null: nothing. */
  mend: string | null;
}

export interface DoctorOptions {
  fetch?: typeof fetch;
  /** Milliseconds for the request to our own public address. Default 5,000. */
  timeout?: number;
}

/** Leases and quiet hours are the database's; tokens and links this process's. Two seconds apart they still agree. */
const MOST_SKEW_MS = 2_000;

/** Never throws: what cannot be looked at is a finding too. */
export async function runDoctor(context: KitContext, options: DoctorOptions = {}): Promise<Finding[]> {
  const [mount, database, carrier, calls] = await Promise.all([
    checkMount(context, options),
    checkDatabase(context),
    checkCarrier(context),
    checkCalls(context),
  ]);
  return [checkSecret(context), checkPublicUrl(context), mount, ...database, carrier, ...calls];
}

function good(check: Finding['check'], message: string, mend: string | null = null): Finding {
  return { check, ok: true, message, mend };
}

function bad(check: Finding['check'], message: string, mend: string): Finding {
  return { check, ok: false, message, mend };
}

const MAKE_SECRET = 'Make one with: node -e "console.log(crypto.randomBytes(32).toString(\'base64url\'))"';

function checkSecret({ secret }: KitContext): Finding {
  if (secret.length < 32)
    return bad('secret', `The secret has ${secret.length} characters; it needs 32.`, MAKE_SECRET);
  // a sentence or one key held down is long and still guessable
  if (new Set(secret).size < 10)
    return bad('secret', 'The secret repeats a few characters and can be guessed.', MAKE_SECRET);
  return good('secret', `The secret has ${secret.length} characters.`);
}

function checkPublicUrl({ publicUrl }: KitContext): Finding {
  const { protocol, hostname } = new URL(publicUrl);
  const here = /^(localhost|127\..*|\[::1\]|.*\.localhost)$/.test(hostname);
  if (here) {
    return good(
      'public_url',
      `${publicUrl} is this machine: fine for development.`,
      'A real carrier cannot reach it. Set publicUrl to the address it sees, for instance that of a tunnel.',
    );
  }
  if (protocol !== 'https:') {
    return bad(
      'public_url',
      `${publicUrl} is not encrypted: tokens and messages could be read on the way.`,
      'Serve the host over https and change publicUrl accordingly.',
    );
  }
  return good('public_url', `Carriers and browsers reach the kit at ${publicUrl}.`);
}

async function checkMount(
  context: KitContext,
  { fetch = globalThis.fetch, timeout = 5_000 }: DoctorOptions,
): Promise<Finding> {
  const { publicUrl, mountPath } = context;
  const address = `${publicUrl}/v1/health`;
  let answer: Response;
  try {
    answer = await fetch(address, { signal: AbortSignal.timeout(timeout), redirect: 'manual' });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    return bad(
      'mount_path',
      `${address} cannot be reached (${cause?.code ?? message}).`,
      'Start the host and run the doctor again. If it runs, its name, port or firewall does not match publicUrl.',
    );
  }
  const found = (await answer.json().catch(() => null)) as { kit?: string } | null;
  if (found?.kit === fingerprint(context)) return good('mount_path', `${address} is this kit.`);
  if (typeof found?.kit === 'string') {
    return bad(
      'mount_path',
      `${address} is a Patchbay kit with another secret or schema.`,
      'Give every process the same secret and schema, and publicUrl the address of this installation.',
    );
  }
  if (answer.status >= 300 && answer.status < 400) {
    return bad(
      'mount_path',
      `${address} redirects to ${answer.headers.get('location') ?? 'somewhere else'}. A carrier's signature does not survive that.`,
      'Set publicUrl to the address that answers without a redirect.',
    );
  }
  return bad(
    'mount_path',
    `${address} answers ${answer.status}, and not as this kit.`,
    mountPath === ''
      ? 'publicUrl has no path, so the kit must be mounted at the root of the host; or add the mount path to publicUrl.'
      : `Mount the kit at ${mountPath} (app.use('${mountPath}', kit.node)), or change publicUrl to where it is mounted.`,
  );
}

async function checkDatabase(context: KitContext): Promise<Finding[]> {
  const { database } = context;
  const client = new pg.Client({
    connectionString: database.options.url,
    application_name: 'patchbay-doctor',
    connectionTimeoutMillis: 5_000,
  });
  // a server that goes away while we look is reported by the query that fails
  client.on('error', () => undefined);
  try {
    await client.connect();
    const version = await client.query<{ server_version: string }>('show server_version');
    const findings = [versionFinding(version.rows[0]!.server_version), await checkClock(client)];
    const pending = await pendingMigrations(database);
    if (pending.length > 0) {
      findings.push(
        bad(
          'migrations',
          `${pending.length === 1 ? 'One migration has' : `${pending.length} migrations have`} not been applied to the schema "${database.schema}": ${pending.join(', ')}.`,
          'Run npx patchbay migrate, or await kit.migrate() before the host listens. If it was migrated under another name, set the same schema here.',
        ),
      );
      return findings;
    }
    findings.push(good('migrations', `The schema "${database.schema}" is up to date.`));
    findings.push(await checkRole(client, context), await checkIsolation(client, context));
    return findings;
  } catch (error) {
    return [
      bad(
        'database',
        `Postgres cannot be used: ${(error as Error).message || (error as { code?: string }).code}.`,
        'Check that DATABASE_URL names a running server, an existing database, and a user who may log in.',
      ),
    ];
  } finally {
    await client.end().catch(() => undefined);
  }
}

function versionFinding(version: string): Finding {
  const major = Number.parseInt(version, 10);
  return major >= 15
    ? good('database', `Postgres ${version} answers.`)
    : bad('database', `Postgres ${version} is older than the kit supports.`, 'Use Postgres 15 or newer.');
}

async function checkClock(client: pg.Client): Promise<Finding> {
  const before = Date.now();
  const { rows } = await client.query<{ now: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::double precision as now',
  );
  const after = Date.now();
  // what the request took on its way cannot be told from skew
  const skew = Math.max(0, Math.abs(rows[0]!.now - (before + after) / 2) - (after - before) / 2);
  return skew <= MOST_SKEW_MS
    ? good('clock', 'This machine and the database agree about the time.')
    : bad(
        'clock',
        `This machine and the database are ${(skew / 1000).toFixed(1)} s apart: tokens end early or late, and so do links.`,
        'Let both keep their time by NTP.',
      );
}

async function checkRole(client: pg.Client, { database }: KitContext): Promise<Finding> {
  const { rows } = await client.query<{
    name: string;
    rolsuper: boolean;
    rolbypassrls: boolean;
    owned: number;
  }>(
    `select rolname as name, rolsuper, rolbypassrls,
       (select count(*)::integer from pg_class where relowner = r.oid) as owned
     from pg_roles r where rolname in ($1, current_user)`,
    [database.appRole],
  );
  const app = rows.find((row) => row.name === database.appRole);
  if (!app) return bad('role', `The role "${database.appRole}" is missing.`, 'Run npx patchbay migrate.');
  if (app.rolsuper || app.rolbypassrls || app.owned > 0) {
    return bad(
      'role',
      `The role "${database.appRole}" ${app.owned > 0 ? 'owns tables' : 'may go past row security'}, so tenants are not kept apart.`,
      `Run: alter role "${database.appRole}" nosuperuser nobypassrls; and give its tables back to the migrating role.`,
    );
  }
  const login = rows.find((row) => row.name !== database.appRole);
  return good(
    'role',
    `The kit acts as "${database.appRole}", which owns nothing and is bound by row security.`,
    login?.rolsuper
      ? `"${login.name}" logs in as a superuser. In production log in as a role that is none.`
      : null,
  );
}

async function checkIsolation(client: pg.Client, { database }: KitContext): Promise<Finding> {
  const { rows } = await client.query<{ relname: string }>(
    `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p')
       and not (c.relrowsecurity and c.relforcerowsecurity)`,
    [`"${database.schema}"`],
  );
  if (rows.length === 0) return good('isolation', 'Row security is on and forced for every tenant table.');
  const names = rows.map((row) => row.relname).join(', ');
  return bad(
    'isolation',
    `Row security is not on and forced for: ${names}.`,
    `Run for each: alter table "${database.schema}".<table> enable row level security, force row level security;`,
  );
}

async function checkCarrier({ carrier }: KitContext): Promise<Finding> {
  try {
    await carrier.check();
    return good('carrier', `${carrier.name} accepts the credentials.`);
  } catch (error) {
    return bad(
      'carrier',
      `${carrier.name} does not accept the credentials, or cannot be asked: ${(error as Error).message}`,
      'Compare account sid, auth token and API key with the carrier’s console.',
    );
  }
}

/** Whether calls to our numbers come here. Nothing to say where there are none, or where they cannot be asked about. */
async function checkCalls({ carrier: { voice, name }, database, publicUrl }: KitContext): Promise<Finding[]> {
  if (!voice) return [];
  const wanted = `${publicUrl}/twilio/voice/inbound`;
  const astray: string[] = [];
  let known = 0;
  try {
    const numbers = await database.directory(
      (sql) => sql<{ account_sid: string; address: string }[]>`
        select distinct account_sid, address from sender_directory
        where channel in ('sms', 'voice') and address like '+%' order by 1, 2 limit 1000`,
    );
    for (const account of new Set(numbers.map(({ account_sid }) => account_sid))) {
      const ours = numbers.filter(({ account_sid }) => account_sid === account).map(({ address }) => address);
      for (const { number, url } of await voice.numberSetup(account, ours)) {
        known += 1;
        // what follows # is the carrier's own
        if (url?.split('#')[0] !== wanted) astray.push(number);
      }
    }
  } catch {
    // the database or the carrier: each has a finding of its own
    return [];
  }
  if (known === 0) return [];
  if (astray.length === 0)
    return [good('calls', `Calls to ${known === 1 ? 'our number' : `all ${known} numbers`} come here.`)];
  // no fault of itself: a host may have its calls answered by somebody else
  return [
    good(
      'calls',
      `${name} sends calls to ${astray.slice(0, 5).join(', ')}${astray.length > 5 ? ' and others' : ''} elsewhere, or nowhere.`,
      `Set the voice URL of the number to ${wanted} (POST), and its status callback to ${publicUrl}/twilio/voice/status.`,
    ),
  ];
}
