/** Whether a simulated person may be written to: as it is recorded of somebody, or as it is assumed. Time and events change it. */
import { MARKETING_KINDS } from '../contract/index.ts';
import type { SimulatedConsent } from '../contract/workflow/index.ts';
import type { Tx } from '../db/client.ts';
import { routesTo } from '../messaging/send-many.ts';
import { Asking } from './engine/asking.ts';
import type { Block } from './engine/core.ts';
import type { RunContact, Way } from './steps/step.ts';

export interface Standing {
  way: Way;
  /** Until when marketing may take it; null: until it is withdrawn. */
  until: string | null;
  block: Block | null;
}

/** Somebody invented. */
export function assumed(consent: SimulatedConsent, since: string): Standing {
  return {
    way: { marketable: consent === 'granted' ? 'yes' : 'no_consent' },
    until: null,
    block: consent === 'opted_out' ? { by: 'opted_out', since } : null,
  };
}

/** As the engine and its steps would find them now. */
export async function recorded(
  tx: Tx,
  contact: Pick<RunContact, 'id' | 'phone' | 'dnd' | 'do_not_call'>,
): Promise<Standing> {
  const { sql, tenant } = tx;
  const [[route], blocks] = await Promise.all([
    routesTo(tx, [{ contactId: contact.id }]),
    new Asking(tx).blocks([contact], 'sms'),
  ]);
  const block = blocks.get(contact.id) ?? null;
  if ('not' in route!) {
    // what the engine asks about itself comes back when it is lifted
    const lifted = route.not === 'opted_out' || route.not === 'suppressed';
    return { way: lifted ? { marketable: 'no_consent' } : route, until: null, block };
  }
  const { marketable, to } = route!;
  const [consent] = await sql<{ expires_at: string | null }[]>`
    select expires_at from consents where tenant_id = ${tenant} and channel = 'sms' and address = ${to}`;
  return { way: { marketable }, until: consent?.expires_at ?? null, block };
}

/** The way as it is at a moment. */
export function wayAt({ way, until }: Standing, now: Date): Way {
  const over = until !== null && Date.parse(until) <= now.getTime();
  return over && 'marketable' in way && way.marketable === 'yes' ? { marketable: 'no_consent' } : way;
}

/** What a grant or a withdrawal makes of it; a do-not-contact list stays one. */
export function heardOf(
  standing: Standing,
  type: string,
  { data, at }: { data: Record<string, unknown>; at: string },
): Standing {
  const { way, block } = standing;
  const muted = 'marketable' in way && way.marketable === 'muted';
  const may = (marketable: 'yes' | 'no_consent'): Way => ('not' in way || muted ? way : { marketable });
  if (type === 'consent.withdrawn')
    return { way: may('no_consent'), until: null, block: block ?? { by: 'opted_out', since: at } };
  if (type !== 'consent.granted') return standing;
  const kind = data['kind'];
  const marketing = kind === undefined || (MARKETING_KINDS as readonly unknown[]).includes(kind);
  return {
    way: marketing ? may('yes') : way,
    until: marketing ? null : standing.until,
    block: block?.by === 'opted_out' ? null : block,
  };
}
