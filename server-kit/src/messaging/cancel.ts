import type { Channel } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

/**
 * Cancels what waits for addresses that have opted out, so that nobody sees it as scheduled any longer. Not what
 * enforces the opt-out: that is the claim.
 */
export function cancelQueuedTo(tx: Tx, channel: Channel, addresses: string[]) {
  tx.touch();
  return tx.sql`
    with moved as (
      update messages set status = 'canceled', due_at = null, hold_reason = null, error_code = 'opted_out',
        error_reason = 'Not sent: this person had opted out before it left.'
      where tenant_id = ${tx.tenant} and status = 'queued' and channel = ${channel}
        and to_address = any(${addresses}) and purpose <> 'opt_out_confirmation' and due_at is not null
      returning tenant_id, contact_id, conversation_id, message_id
    )
    insert into events (tenant_id, event_id, type, contact_id, conversation_id, message_id, data)
    select tenant_id, gen_random_uuid(), 'message.canceled', contact_id, conversation_id, message_id,
      '{"reason": "opted_out"}'
    from moved`;
}
