/** What a member or the API says about somebody's consent, checked before it goes into the ledger. */
import type { Channel, MemberRef, RecordConsent } from '../contract/index.ts';
import { present } from '../contacts/rows.ts';
import type { Tx } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import { lockConsent, recordConsent } from './ledger.ts';
import { readAddress } from './lists.ts';

type Said = Omit<RecordConsent, 'channel' | 'source'> & {
  channel: Channel;
  source: NonNullable<RecordConsent['source']>;
};

/** Clocks differ by this much without anybody having looked into the future. */
const TOLERANCE = 60_000;

/** Throws `invalid_consent` for what cannot have happened like this. */
export function checkSaid(said: Said, now: Date): void {
  const refuse = (field: string, detail: string) => {
    throw new ProblemError('invalid_consent', detail, field);
  };
  if (said.action === 'withdraw') {
    // an opt-out counts from now on and for ever: nothing may make it smaller
    for (const field of ['kind', 'occurred_at', 'expires_at'] as const) {
      if (said[field] !== undefined) refuse(field, `An opt-out takes no ${field}: it counts from now on.`);
    }
  }
  if (said.kind === 'express_written' && said.source === 'verbal') {
    refuse('kind', 'What was said by mouth is not written. Record it as express.');
  }
  if (said.kind === 'express_written' && !said.wording?.trim()) {
    refuse('wording', 'A written consent needs the words that the person agreed to.');
  }
  if (said.ip !== undefined && said.source !== 'form' && said.source !== 'api') {
    refuse('ip', 'An IP address belongs to a form or an API call.');
  }
  const given = said.occurred_at === undefined ? now.getTime() : Date.parse(said.occurred_at);
  if (given > now.getTime() + TOLERANCE) refuse('occurred_at', 'This time has not come yet.');
  if (said.expires_at !== undefined && Date.parse(said.expires_at) <= given) {
    refuse('expires_at', 'The consent would have ended before it was given.');
  }
}

interface Person {
  phone: string | null;
  email: string | null;
  merged_into: string | null;
  conversation_id: string | null;
  further: string[];
  region: string;
}

/**
 * Records it for one contact and returns the address it is about. Throws `not_found`, `contact_merged`, `no_address`, and
 * `invalid_consent` for an address that is not the contact's.
 */
export async function recordSaid(tx: Tx, id: string, said: Said, member: MemberRef): Promise<string> {
  await lockConsent(tx);
  const { channel } = said;
  const [found] = await tx.sql<Person[]>`
    select k.phone, k.email_key as email, k.merged_into, c.conversation_id, t.default_region as region,
      array(select address from contact_addresses a where a.tenant_id = k.tenant_id and a.contact_id = k.contact_id)
        as further
    from contacts k join tenants t on t.tenant_id = k.tenant_id
    left join conversations c
      on c.tenant_id = k.tenant_id and c.contact_id = k.contact_id and c.channel = ${channel}
    where k.tenant_id = ${tx.tenant} and k.contact_id = ${id}`;
  const person = present(found);
  const address = addressFor(person, said);
  await Promise.all(
    recordConsent(tx, [
      {
        channel,
        address,
        action: said.action,
        kind: said.action === 'grant' ? (said.kind ?? 'express') : null,
        source: said.source,
        wording: said.wording ?? null,
        ip: said.ip ?? null,
        proof: said.proof ?? null,
        occurredAt: said.occurred_at ?? null,
        expiresAt: said.expires_at ?? null,
        contactId: id,
        conversationId: person.conversation_id,
        member,
      },
    ]),
  );
  return address;
}

function addressFor(person: Person, { channel, address }: Said): string {
  const first = channel === 'email' ? person.email : person.phone;
  if (address === undefined) {
    if (first !== null) return first;
    throw new ProblemError(
      'no_address',
      channel === 'email'
        ? 'Add an e-mail address to the contact first.'
        : 'Add a phone number to the contact first.',
    );
  }
  const read = readAddress(channel, address, person.region);
  if (read !== null && (read === first || person.further.includes(read))) return read;
  throw new ProblemError(
    'invalid_consent',
    'This is no number or address of this contact. Add it to the contact first.',
    'address',
  );
}
