/** The portal's server asks the kit on behalf of whoever is logged in, with a token like the elements'. */
import type { ServerKit } from '@patchbay/server-kit';
import type { Contact, Conversation, Enrollment, Segment, Workflow } from '@patchbay/server-kit/contract';
import type { PortalUser } from '../agency.ts';

export interface PersonRow {
  contact: Contact;
  conversationId: string | undefined;
}

export async function mintToken(kit: ServerKit, { id, name, tenant, role }: PortalUser): Promise<string> {
  return kit.sessionToken({ tenant, member: { id, name }, role });
}

export async function findPerson(
  kit: ServerKit,
  user: PortalUser,
  id: string,
): Promise<PersonRow | undefined> {
  const token = await mintToken(kit, user);
  const contact = await ask<Contact>(kit, token, `/v1/contacts/${id}`);
  if (!contact) return undefined;
  const conversations = await ask<{ items: Conversation[] }>(kit, token, '/v1/conversations?limit=100');
  return { contact, conversationId: conversations?.items.find((one) => one.contact.id === id)?.id };
}

export async function listSegments(kit: ServerKit, user: PortalUser): Promise<Segment[]> {
  const found = await ask<{ items: Segment[] }>(kit, await mintToken(kit, user), '/v1/segments');
  return found?.items ?? [];
}

/** Who has just come, and whoever else is in a workflow's story: enough to choose from. */
export async function listPeople(kit: ServerKit, user: PortalUser): Promise<Contact[]> {
  const found = await ask<{ items: Contact[] }>(kit, await mintToken(kit, user), '/v1/contacts?limit=50');
  return found?.items ?? [];
}

/** The first of those who run in a workflow; else nobody. */
export async function someoneInWorkflow(kit: ServerKit, user: PortalUser): Promise<string | undefined> {
  const token = await mintToken(kit, user);
  const workflows = await ask<{ items: Workflow[] }>(kit, token, '/v1/workflows');
  const busy = workflows?.items.find(({ totals }) => totals.active + totals.paused > 0);
  if (!busy) return undefined;
  const runs = await ask<{ items: Enrollment[] }>(kit, token, `/v1/workflows/${busy.id}/enrollments?limit=1`);
  return runs?.items[0]?.contact.id;
}

/** Undefined: there is no such thing, or not any more. */
async function ask<T>(kit: ServerKit, token: string, path: string): Promise<T | undefined> {
  const answer = await kit.fetch(
    new Request(`http://portal.invalid/crm${path}`, { headers: { authorization: `Bearer ${token}` } }),
  );
  if (answer.status === 404 || answer.status === 410) return undefined;
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
