/** The portal's server asks the kit on behalf of whoever is logged in, with a token like the elements'. */
import type { ServerKit } from '@patchbay/server-kit';
import type { Contact, Conversation } from '@patchbay/server-kit/contract';
import type { PortalUser } from '../agency.ts';

export interface PersonRow {
  contact: Contact;
  conversationId: string | undefined;
  blocked: boolean;
}

export async function mintToken(kit: ServerKit, { id, name, tenant, role }: PortalUser): Promise<string> {
  return kit.sessionToken({ tenant, member: { id, name }, role });
}

export async function listPeople(kit: ServerKit, user: PortalUser): Promise<PersonRow[]> {
  const token = await mintToken(kit, user);
  const [contacts, conversations] = await Promise.all([
    ask<Contact>(kit, token, '/v1/contacts?limit=100'),
    ask<Conversation>(kit, token, '/v1/conversations?limit=100'),
  ]);
  const byContact = new Map(conversations.map((one) => [one.contact.id, one]));
  return contacts.map((contact) => {
    const conversation = byContact.get(contact.id);
    return { contact, conversationId: conversation?.id, blocked: conversation?.block?.code === 'opted_out' };
  });
}

async function ask<T>(kit: ServerKit, token: string, path: string): Promise<T[]> {
  const answer = await kit.fetch(
    new Request(`http://portal.invalid/crm${path}`, { headers: { authorization: `Bearer ${token}` } }),
  );
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { items: T[] }).items;
}
