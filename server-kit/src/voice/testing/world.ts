/** A kit with a telephone network, a member with a phone, a recording, and a clock that the test turns. */
import { Database, type Tx } from '../../db/client.ts';
import { newId } from '../../ids.ts';
import { fakeCarrier } from '../../testing/carrier.ts';
import { getTestKit, TEST_URL, type TestKit } from '../../testing/kit.ts';
import { createCaller, type Caller } from '../drain.ts';
import { queueCalls, type CallWish } from '../outbox.ts';
import { createNetwork, type Network } from './network.ts';

export const MEMBER_PHONE = '+13125550111';

export interface CallRecordRow {
  call_id: string;
  contact_id: string;
  status: string;
  disposition: string | null;
  carrier_sid: string | null;
  attempt: number;
  error_code: string | null;
  error_reason: string | null;
  hold_reason: string | null;
  answered_by: string | null;
  dialed_at: Date | null;
  due_at: Date | null;
  seconds: number | null;
}

export interface VoiceWorld {
  kit: TestKit;
  network: Network;
  database: Database;
  caller: Caller;
  /** Noon in Chicago, where everybody is; `turn` moves it. */
  now(): Date;
  turn(milliseconds: number): void;
  contact(values?: Record<string, unknown>): Promise<{ id: string; phone: string }>;
  /** Queues a call or a voicemail to a contact; its id. */
  queue(contactId: string, what?: Partial<CallWish> & { kind?: 'call' | 'voicemail' }): Promise<string>;
  /** Lets everything happen that is due: no call is under way at the carrier's door then. */
  drain(): Promise<void>;
  call(id: string): Promise<CallRecordRow>;
  events(type?: string): Promise<{ type: string; contact_id: string; data: Record<string, unknown> }[]>;
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function getVoiceWorld(): Promise<VoiceWorld> {
  let time = Date.parse('2026-03-03T18:00:00.000Z');
  const now = () => new Date(time);
  const holder: { kit?: TestKit } = {};
  const network = createNetwork(() => holder.kit!, now);
  const kit = (holder.kit = await getTestKit({ clock: now, voice: network }));
  const database = new Database({ url: kit.url, schema: kit.schema, maxConnections: 4, clock: now });
  const context = {
    database,
    carrier: Object.assign(fakeCarrier(), { voice: network }),
    publicUrl: TEST_URL,
    log: { warn: (_: unknown, words: string) => warnings.push(words) } as never,
  };
  const warnings: string[] = [];
  const caller = createCaller(context);
  const tenant = kit.a.id;
  await kit.kit.tenants.addMember({ tenant, id: 'mia', name: 'Mia', phone: MEMBER_PHONE });
  const assetId = newId();
  await kit.admin(
    `with file as (
       insert into files (tenant_id, file_id, sha256, size, content_type, storage_key, wanted_at)
       values ($1, $2, sha256('x'), 1, 'audio/mpeg', 'none', now()) returning file_id)
     insert into assets (tenant_id, asset_id, kind, name, file_id) select $1, $3, 'audio', 'Hello', file_id from file`,
    [tenant, newId(), assetId],
  );
  let people = 0;

  const world: VoiceWorld = {
    kit,
    network,
    database,
    caller,
    now,
    turn: (milliseconds) => void (time += milliseconds),
    async contact(values = {}) {
      const row = {
        contact_id: newId(),
        phone: `+1312556${String(1000 + (people += 1))}`,
        owner_id: 'mia',
        time_zone: 'America/Chicago',
        ...values,
      };
      const columns = Object.keys(row).join(', ');
      await world.tx(
        async ({ sql }) => sql`
          insert into contacts (tenant_id, ${sql.unsafe(columns)})
          select ${tenant}, ${sql.unsafe(columns)} from jsonb_populate_record(null::contacts, ${sql.json(row as never)})`,
      );
      return { id: row.contact_id, phone: row.phone };
    },
    async queue(contactId, { kind = 'call', ...more } = {}) {
      const wish: CallWish = {
        enrollmentId: newId(),
        contactId,
        ordinal: 0,
        purpose: 'conversation',
        window: null,
        what:
          kind === 'call'
            ? { kind, member: 'mia', whisper: 'Anna is next' }
            : { kind, assetId, ifAnswered: 'hang_up' },
        ...more,
      };
      const [placed] = await world.tx((tx) => queueCalls(tx, network, [wish]));
      if (!('callId' in placed!)) throw new Error(`not queued: ${JSON.stringify(placed)}`);
      return placed.callId;
    },
    async drain() {
      await caller.look();
      await caller.idle();
    },
    async call(id) {
      const [row] = await kit.admin('select * from calls where call_id = $1', [id]);
      return row as CallRecordRow;
    },
    events: (type = 'call.%') =>
      kit.admin('select type, contact_id, data from events where type like $1 order by tx, position', [type]),
    tx: (work) => database.transaction(tenant, work),
    async close() {
      await caller.stop();
      await database.close();
      await kit.close();
    },
  };
  return world;
}
