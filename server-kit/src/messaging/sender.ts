import type { KitContext } from '../context.ts';
import { drainSender, type DrainOptions } from './drain.ts';
import { createSettler } from './settle.ts';
import { Slots } from './slots.ts';

/** Carrier calls that one process may have open; below the carrier's sockets, see `Slots`. */
const OPEN_CALLS = 40;

/** One process's way of sending: `send(tenant, senderId)` drains a sender. All drains share slots and settler. */
export function createSender(
  { database, carrier, publicUrl }: Pick<KitContext, 'database' | 'carrier' | 'publicUrl'>,
  signal?: AbortSignal,
  reached?: DrainOptions['reached'],
): (tenant: string, senderId: string) => Promise<void> {
  const options: DrainOptions = {
    database,
    carrier,
    settler: createSettler(database),
    slots: new Slots(OPEN_CALLS),
    callbackBase: `${publicUrl}/twilio/sms/status`,
    ...(signal && { signal }),
    ...(reached && { reached }),
  };
  return (tenant, senderId) => drainSender(options, tenant, senderId);
}
