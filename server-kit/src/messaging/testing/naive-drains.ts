/**
 * Two outboxes as one would write them at first. They are the control of the crash suite: it must catch both, or it
 * catches nothing. Neither asks the carrier what became of a try, and neither holds the consent lock.
 */
import type { Drain, ProcessParts } from './crash-world.ts';

interface Row {
  message_id: string;
  attempt: number;
  from_address: string;
  to_address: string;
  body: string;
}

export const sendThenMark: Drain = async (parts) => {
  for (const row of await queued(parts)) {
    const outcome = await send(parts, row);
    if (outcome.kind === 'accepted') await mark(parts, row);
    if (outcome.kind === 'refused') await mark(parts, row, 'failed');
  }
};

export const markThenSend: Drain = async (parts) => {
  for (const row of await queued(parts)) {
    await mark(parts, row);
    await send(parts, row);
  }
};

async function queued({ database, tenant, senderId }: ProcessParts): Promise<Row[]> {
  const [rows] = await database.pipeline(tenant, ({ sql }) => [
    sql<Row[]>`select m.message_id, m.attempt, m.from_address, m.to_address, m.body from messages m
      where m.tenant_id = ${tenant} and m.sender_id = ${senderId} and m.status = 'queued' and not exists (
        select from suppressions s where s.tenant_id = ${tenant} and s.address = m.to_address)
      order by m.message_id`,
  ]);
  return [...rows];
}

function send({ carrier, tenant }: ProcessParts, row: Row) {
  return carrier.send(
    {
      id: row.message_id,
      tenant,
      attempt: row.attempt,
      accountSid: '',
      from: row.from_address,
      to: row.to_address,
      body: row.body,
      mediaUrls: [],
    },
    'https://portal.example.com/crm/twilio/sms/status',
  );
}

async function mark({ database, tenant }: ProcessParts, row: Row, status = 'sent'): Promise<void> {
  await database.pipeline(tenant, ({ sql }) => [
    sql`update messages set status = ${status}, due_at = null, sent_at = moment()
        where tenant_id = ${tenant} and message_id = ${row.message_id}`,
  ]);
}
