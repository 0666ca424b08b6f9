/**
 * Copies of what inbound messages bring. The carrier keeps files behind its credentials and for a while; what is worth
 * keeping is copied, checked like any upload, and served from our own storage.
 *
 * What there is to copy stands in `inbound_media` since the message itself was stored. Whoever takes a message up moves its
 * time ahead: that is the lease, and when a worker is killed, another finds it due again. Each file is written down as
 * soon as it is here, so nothing is fetched twice without need; a file that comes twice all the same is one, by its
 * checksum. A carrier that does not answer is asked again, ever more seldom and without end.
 */
import type { KitContext } from '../context.ts';
import type { Tx } from '../db/client.ts';
import { storeBytes } from '../media/bytes.ts';
import { keepForMessage } from '../media/files.ts';
import { isSettled, type MediaEntry } from './entries.ts';

/** Takes a file in: `storeBytes`, or a test's own. A refusal says why in plain words. */
export type Store = (
  tenant: string,
  file: { bytes: AsyncIterable<Uint8Array>; name: string; maxSize: number },
) => Promise<{ fileId: string } | { refused: string }>;

export interface Copier {
  /** Copies what is due. */
  look(): Promise<void>;
  /** Lets what has started finish. */
  stop(): Promise<void>;
}

type CopyContext = Pick<KitContext, 'database' | 'carrier' | 'log'>;

const LOOK_EVERY_MS = 1_000;
/** Messages at a time in a process. */
const AT_ONCE = 4;
/** Longer than the carrier call for one file, the check and the writing. */
const LEASE_S = 150;
/** Twice what any carrier takes into a message. */
const MAX_SIZE = 32 * 1024 * 1024;
/** Seconds until the next try, then a day. */
const PAUSES = [5, 60, 600, 3600, 6 * 3600];
const DAY_S = 24 * 3600;

export function startCopying(context: CopyContext & Pick<KitContext, 'media'>): Copier {
  const copier = createCopier(context, storeOf(context));
  const timer = setInterval(() => void copier.look(), LOOK_EVERY_MS);
  return {
    look: () => copier.look(),
    async stop() {
      clearInterval(timer);
      await copier.stop();
    },
  };
}

/** As an upload is taken in. What is wrong with the file is said once; what is wrong with the storage may pass. */
function storeOf(context: Pick<KitContext, 'database' | 'media'>): Store {
  return async (tenant, file) => {
    try {
      return await storeBytes(context, tenant, file);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code === 'file_refused' || code === 'payload_too_large') return { refused: message };
      throw error;
    }
  };
}

interface Due {
  tenant_id: string;
  message_id: string;
}

interface Taken {
  tries: number;
  media: MediaEntry[];
  account_sid: string;
}

/** One that looks only when it is told to. */
export function createCopier({ database, carrier, log }: CopyContext, store: Store): Copier {
  const running = new Map<string, Promise<void>>();
  let stopping = false;

  async function look(): Promise<void> {
    if (stopping || running.size >= AT_ONCE) return;
    let due: readonly Due[];
    try {
      const now = database.options.clock?.().toISOString() ?? null;
      due = await database.directory(
        (sql) => sql<Due[]>`
          select tenant_id, message_id from inbound_media where due_at <= coalesce(${now}::timestamptz, now())
          order by due_at limit ${AT_ONCE * 4}`,
      );
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'what is to be copied could not be read; trying again');
      return;
    }
    const started: Promise<void>[] = [];
    for (const { tenant_id: tenant, message_id: id } of due) {
      if (stopping || running.size >= AT_ONCE) break;
      if (running.has(id)) continue;
      const work = copyMessage(tenant, id)
        .catch((error: unknown) => {
          // the lease ends by itself
          log.warn({ tenant, message: id, err: (error as Error).message }, 'copying was interrupted');
        })
        .finally(() => running.delete(id));
      running.set(id, work);
      started.push(work);
    }
    await Promise.all(started);
  }

  async function copyMessage(tenant: string, id: string): Promise<void> {
    const [[taken]] = await database.pipeline(tenant, (tx) => [take(tx, id)]);
    if (!taken) return;
    let left = 0;
    for (const [index, entry] of taken.media.entries()) {
      if (isSettled(entry)) continue;
      if (stopping) return;
      const outcome = await copy(tenant, id, entry, taken.account_sid);
      if (outcome === null) left += 1;
      else await database.pipeline(tenant, (tx) => [...settle(tx, id, index, outcome), extend(tx, id)]);
    }
    await database.pipeline(tenant, (tx) => [left === 0 ? done(tx, id) : postpone(tx, id, taken.tries)]);
  }

  /** What is to be written down about a file; null: it is asked for again later. */
  async function copy(
    tenant: string,
    message: string,
    { url, name }: MediaEntry,
    accountSid: string,
  ): Promise<Outcome | null> {
    let answer: Response | undefined;
    try {
      answer = await carrier.fetchMedia(url, accountSid);
      if (answer.status === 404 || answer.status === 410) return { gone: true };
      if (!answer.ok || !answer.body) throw new Error(`the carrier answered ${answer.status}`);
      const kept = await store(tenant, {
        bytes: answer.body,
        name: name ?? 'attachment',
        maxSize: MAX_SIZE,
      });
      return 'refused' in kept ? { not_shown: kept.refused } : { file_id: kept.fileId };
    } catch (error) {
      log.warn(
        { tenant, message, err: (error as Error).message },
        'an attachment could not be copied; trying again',
      );
      return null;
    } finally {
      // nobody reads what was not asked for
      if (answer?.body && !answer.body.locked) await answer.body.cancel().catch(() => undefined);
    }
  }

  return {
    look,
    async stop() {
      stopping = true;
      await Promise.all(running.values());
    },
  };
}

type Outcome = { file_id: string } | { gone: true } | { not_shown: string };

/** Takes a message up, unless another has. */
function take({ sql, tenant }: Tx, id: string) {
  return sql<Taken[]>`
    update inbound_media i set due_at = moment() + make_interval(secs => ${LEASE_S}), tries = least(i.tries + 1, 1000)
    from messages m join senders s using (tenant_id, sender_id)
    where i.tenant_id = ${tenant} and i.message_id = ${id} and i.due_at <= (select moment())
      and m.tenant_id = i.tenant_id and m.message_id = i.message_id
    returning i.tries, m.media, s.account_sid`;
}

function extend({ sql, tenant }: Tx, id: string) {
  return sql`
    update inbound_media set due_at = moment() + make_interval(secs => ${LEASE_S})
    where tenant_id = ${tenant} and message_id = ${id}`;
}

function postpone({ sql, tenant }: Tx, id: string, tries: number) {
  return sql`
    update inbound_media set due_at = moment() + make_interval(secs => ${PAUSES[tries - 1] ?? DAY_S})
    where tenant_id = ${tenant} and message_id = ${id}`;
}

function done({ sql, tenant }: Tx, id: string) {
  return sql`delete from inbound_media where tenant_id = ${tenant} and message_id = ${id}`;
}

/** Writes down what became of one file, and tells whoever shows the thread. */
function settle(tx: Tx, id: string, index: number, outcome: Outcome) {
  const { sql, tenant } = tx;
  tx.touch();
  const written = sql`
    with facts as (
      select jsonb_strip_nulls(jsonb_build_object('content_type', f.content_type, 'size', f.size, 'width', f.width,
        'height', f.height, 'duration_ms', f.duration_ms)) as known
      from files f where f.tenant_id = ${tenant} and f.file_id = ${'file_id' in outcome ? outcome.file_id : null}::uuid
    ),
    changed as (
      update messages m set media = jsonb_set(m.media, array[${String(index)}],
        (m.media -> ${index}::integer) || ${sql.json(outcome)}::jsonb || coalesce((select known from facts), '{}'))
      where m.tenant_id = ${tenant} and m.message_id = ${id}
      returning m.*
    )
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
    select tenant_id, gen_random_uuid(), 'message.updated', contact_id, conversation_id, message_id,
      jsonb_build_object('reason', 'media')
    from changed`;
  return 'file_id' in outcome ? [written, keepForMessage(tx, id, [outcome.file_id])] : [written];
}
