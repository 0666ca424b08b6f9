import type { Notification } from '@patchbay/server-kit/contract';
import type { PatchbayClient } from '../client/types.ts';
import type { FakeClient, FakeOptions } from './fake-types.ts';
import type { World } from './fake-world.ts';
import { DANA, fakeId } from './people.ts';

type Methods = Pick<PatchbayClient, 'listNotifications' | 'readNotifications'> & Pick<FakeClient, 'notify'>;

/** What the member is told in the in-memory server. */
export function fakeNotifications(
  { answer, emit, now, nextNumber, people }: World,
  { notifications = 0 }: FakeOptions,
): Methods {
  let items: Notification[] = [];
  const add = (given: Partial<Notification>, ago = 0): Notification => {
    const thread = people[(given.kind === 'mention' ? 1 : 0) % Math.max(1, people.length)];
    const made: Notification = {
      id: fakeId('d', nextNumber()),
      kind: 'mention',
      contact_id: thread?.contact.id ?? null,
      contact_name: thread?.contact.name ?? null,
      conversation_id: null,
      task_id: null,
      note_id: null,
      words: '',
      actor: DANA,
      read_at: null,
      created_at: new Date(now() - ago).toISOString(),
      ...given,
    };
    items = [made, ...items];
    return made;
  };
  const KINDS: Partial<Notification>[] = [
    { kind: 'mention', words: '@Ana Ruiz can you look at the offer before noon?' },
    { kind: 'task_assigned', words: 'Call back about the tour' },
    { kind: 'task_due', words: 'Send the disclosure', actor: null },
    { kind: 'conversation_assigned', conversation_id: people[0]?.conversation.id ?? null },
  ];
  for (let n = notifications - 1; n >= 0; n -= 1) {
    add(
      { ...KINDS[n % KINDS.length], ...(n > 3 && { read_at: new Date(now()).toISOString() }) },
      n * 47 * 60_000,
    );
  }
  const unread = () => items.filter(({ read_at }) => read_at === null).length;

  return {
    listNotifications: ({ after, limit = 30 } = {}, o) =>
      answer(
        'listNotifications',
        [{ after, limit }],
        () => {
          const skip = Number(after ?? 0);
          const next = items.length > skip + limit ? String(skip + limit) : null;
          return { items: items.slice(skip, skip + limit), unread: unread(), next };
        },
        o?.signal,
      ),
    readNotifications: (ids) =>
      answer('readNotifications', [ids], () => {
        const read_at = new Date(now()).toISOString();
        items = items.map((one) =>
          one.read_at === null && (ids === undefined || ids.includes(one.id)) ? { ...one, read_at } : one,
        );
        emit({ type: 'notification.read', data: { ids: ids ?? null } });
        return { unread: unread() };
      }),
    notify: (given) => {
      const { id, kind } = add(given);
      emit({ type: 'notification.added', data: { notification_id: id, kind } });
    },
  };
}
