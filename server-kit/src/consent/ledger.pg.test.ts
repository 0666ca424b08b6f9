/** What the ledger comes to, against a slow fold over it: any records, in any order of saying and writing down. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONSENT_KINDS, type ConsentKind } from '../contract/index.ts';
import { Database } from '../db/client.ts';
import { getTestKit, type TestKit } from '../testing/kit.ts';
import { lockConsent, recordConsent, type ConsentChange } from './ledger.ts';

const SEED = 20261122;
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
let kit: TestKit;
let database: Database;
let now = START;
let people = 0;
beforeAll(async () => {
  kit = await getTestKit();
  database = new Database({ url: kit.url, schema: kit.schema, clock: () => new Date(now) });
});
afterAll(async () => {
  await database.close();
  await kit.close();
});

const newNumber = () => `+1415${String(6_000_000 + (people += 1))}`;
const record = (...changes: ConsentChange[]) =>
  database.transaction(kit.a.id, async (tx) => {
    await lockConsent(tx);
    await Promise.all(recordConsent(tx, changes));
  });
const grant = (address: string, more: Partial<ConsentChange> = {}): ConsentChange => ({
  channel: 'sms',
  address,
  action: 'grant',
  kind: 'express_written',
  source: 'paper',
  ...more,
});
const withdraw = (address: string, more: Partial<ConsentChange> = {}): ConsentChange => ({
  channel: 'sms',
  address,
  action: 'withdraw',
  source: 'keyword',
  ...more,
});
const stateOf = async (address: string) =>
  (
    await kit.admin(
      `select state, kind, expires_at, record_id, (select withdrawn from suppressions s
         where s.tenant_id = k.tenant_id and s.channel = k.channel and s.address = k.address) as blocked
       from consents k where tenant_id = $1 and address = $2`,
      [kit.a.id, address],
    )
  )[0];

interface Row {
  record_id: string;
  action: string;
  kind: ConsentKind | null;
  occurred_at: string;
  recorded_at: string;
  expires_at: string | null;
}

/** The rule as one would say it: what was written last decides what may be forgotten, never the other way round. */
function fold(rows: Row[], at: number) {
  const strength = (kind: ConsentKind | null) =>
    kind === null ? 0 : { express_written: 3, express: 2, implied: 1, transactional: 1 }[kind];
  const last = rows
    .filter(({ action }) => action === 'withdraw')
    .map((row) => row.recorded_at)
    .sort()
    .at(-1);
  const grants = rows.filter(
    ({ action, occurred_at }) => action === 'grant' && (!last || occurred_at > last),
  );
  if (grants.length === 0) return { state: 'withdrawn', ended: false };
  const live = grants.filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > at);
  const strongest = Math.max(...live.map(({ kind }) => strength(kind)));
  const best = live.filter(({ kind }) => strength(kind) === strongest);
  return {
    state: 'granted',
    ended: live.length === 0,
    ...(live.length > 0 && {
      strength: strongest,
      until: best.some(({ expires_at }) => expires_at === null)
        ? null
        : Math.max(...best.map(({ expires_at }) => Date.parse(expires_at!))),
    }),
  };
}

const step = fc.record({
  passed: fc.constantFrom(0, 0, 1, HOUR, 24 * HOUR),
  action: fc.constantFrom('grant' as const, 'grant' as const, 'withdraw' as const),
  kind: fc.constantFrom(...CONSENT_KINDS, null),
  // how long ago it was said; and for how long it counts
  ago: fc.constantFrom(null, 0, 1, HOUR, 30 * HOUR, 100 * HOUR),
  lasts: fc.constantFrom(null, null, 2 * HOUR, 50 * HOUR, 200 * HOUR),
});

describe('the state of an address', () => {
  it('is what a slow fold over its ledger gives, after each record', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const address = newNumber();
        now = START;
        for (const { passed, action, kind, ago, lasts } of steps) {
          now += passed;
          const said = now - (ago ?? 0);
          await record(
            action === 'withdraw'
              ? withdraw(address)
              : grant(address, {
                  kind,
                  occurredAt: ago === null ? null : new Date(said).toISOString(),
                  expiresAt: lasts === null ? null : new Date(said + lasts).toISOString(),
                }),
          );
          const rows: Row[] = await kit.admin(
            `select record_id, action, kind, to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as occurred_at,
               to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as recorded_at, expires_at
             from consent_records where address = $1`,
            [address],
          );
          const expected = fold(rows, now);
          const actual = await stateOf(address);
          expect(actual.state).toBe(expected.state);
          expect(actual.blocked ?? false).toBe(expected.state === 'withdrawn');
          if (expected.state === 'granted' && !expected.ended) {
            const until = actual.expires_at && Date.parse(actual.expires_at);
            expect(until).toBe(expected.until);
          }
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('is withdrawn after a form from last week that is found after the STOP', async () => {
    const address = newNumber();
    now = START + 100 * HOUR;
    await record(withdraw(address));
    now += HOUR;
    await record(grant(address, { occurredAt: new Date(START).toISOString() }));
    expect(await stateOf(address)).toMatchObject({ state: 'withdrawn', blocked: true });
    await record(grant(address));
    expect(await stateOf(address)).toMatchObject({ state: 'granted', blocked: null });
  });

  it('follows the order of writing down where the clocks of two processes disagree', async () => {
    const address = newNumber();
    now = START + 10;
    await record(grant(address));
    now = START;
    await record(withdraw(address));
    expect(await stateOf(address)).toMatchObject({ state: 'withdrawn', blocked: true });
  });

  it('follows the order within one call', async () => {
    const [one, two] = [newNumber(), newNumber()];
    await record(grant(one), withdraw(two), withdraw(one), grant(two));
    expect(await stateOf(one)).toMatchObject({ state: 'withdrawn' });
    expect(await stateOf(two)).toMatchObject({ state: 'granted' });
  });
});

describe('START', () => {
  const restore = (address: string) => grant(address, { kind: null, source: 'keyword', restores: true });

  it.each([...CONSENT_KINDS, null])('gives back a consent that was %s, and no more', async (kind) => {
    const address = newNumber();
    const expiresAt = new Date(now + 900 * HOUR).toISOString();
    await record(grant(address, { kind, expiresAt }));
    await record(withdraw(address));
    await record(withdraw(address));
    await record(restore(address));
    expect(await stateOf(address)).toMatchObject({ state: 'granted', kind, expires_at: new Date(expiresAt) });
  });

  it('of somebody who had agreed to nothing is their word, and no signature', async () => {
    const address = newNumber();
    await record(withdraw(address));
    await record(restore(address));
    expect(await stateOf(address)).toMatchObject({ state: 'granted', kind: 'express' });
  });

  it('does not bring back what was given before an earlier withdrawal', async () => {
    const address = newNumber();
    await record(grant(address));
    await record(withdraw(address));
    await record(grant(address, { kind: 'implied' }));
    await record(withdraw(address));
    await record(restore(address));
    expect(await stateOf(address)).toMatchObject({ kind: 'implied' });
  });

  it('does not lift what the team has put on its list', async () => {
    const address = newNumber();
    await record(withdraw(address));
    await kit.admin('update suppressions set listed = true where address = $1', [address]);
    await record(restore(address));
    expect(
      await kit.admin('select withdrawn, listed from suppressions where address = $1', [address]),
    ).toEqual([{ withdrawn: false, listed: true }]);
  });
});

it('can be rewritten by nobody who acts for a tenant', async () => {
  const address = newNumber();
  await record(grant(address));
  for (const statement of ['update consent_records set kind = null', 'delete from consent_records']) {
    await expect(kit.rows(kit.a, ({ sql }) => sql.unsafe(statement) as never)).rejects.toMatchObject({
      code: '42501',
    });
  }
});
