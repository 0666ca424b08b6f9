import type { Channel } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

const REASONS = {
  opted_out: 'Not sent: this person had opted out before it left.',
  suppressed: 'Not sent: this number is on a do-not-contact list.',
};

/**
 * Cancels what waits for addresses that have opted out or were put on a list, so that nobody sees it as scheduled any longer. Not what
 * enforces the opt-out: that is the claim.
 */
export function cancelQueuedTo(
  tx: Tx,
  channel: Channel,
  addresses: string[],
  code: keyof typeof REASONS = 'opted_out',
) {
  tx.touch();
  return tx.sql`
    with moved as (
      update messages set status = 'canceled', due_at = null, hold_reason = null, error_code = ${code},
        error_reason = ${REASONS[code]}
      where tenant_id = ${tx.tenant} and status = 'queued' and channel = ${channel}
        and to_address = any(${addresses}) and purpose <> 'opt_out_confirmation' and due_at is not null
      returning tenant_id, contact_id, conversation_id, message_id
    )
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
    select tenant_id, gen_random_uuid(), 'message.canceled', contact_id, conversation_id, message_id,
      jsonb_build_object('reason', ${code}::text)
    from moved`;
}
