import type { Contact, Conversation, FeedEvent, FieldValue, Message } from '@patchbay/server-kit/contract';
import { ApiError } from '../client/errors.ts';
import { longMessage } from './crowd.ts';
import type { FakeClient, FakeOptions } from './fake-types.ts';
import { fakePeople } from './fake-people.ts';
import { fakeMedia } from './fake-media.ts';
import { fakeNotifications } from './fake-notifications.ts';
import { fakeConsent } from './fake-consent.ts';
import { fakePipeline } from './fake-pipeline.ts';
import { fakeWork } from './fake-work.ts';
import { fakeWorkflows } from './fake-workflows.ts';
import { fakeTimeline } from './fake-timeline.ts';
import { createWorld } from './fake-world.ts';
import { fakeThread, PLAIN_BRAND } from './fixtures.ts';
import { fakeId } from './people.ts';

export type { FakeClient, FakeOptions } from './fake-types.ts';

/** An in-memory server behind the client's interface. */
export function createFakeClient(options: FakeOptions = {}): FakeClient {
  const world = createWorld(options);
  const media = fakeMedia(world, options);
  const {
    addThread,
    now,
    born,
    people,
    made,
    replies,
    calls,
    gone,
    failures,
    listeners,
    me,
    long,
    numberOf,
    missing,
    find,
    holder,
    tell,
    emit,
    announce,
    store,
    answer,
    matches,
    inOrder,
    counts,
    changed,
    changeMessage,
    feed,
    happened,
    nextNumber,
  } = world;

  return {
    calls,
    conversationIds: people.map(({ conversation }) => conversation.id),
    get listeners() {
      return listeners.size;
    },
    feed: {
      get state() {
        return feed.state;
      },
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    me: (o) => answer('me', [], () => me, o?.signal),
    brand: (o) => answer('brand', [], () => options.brand ?? PLAIN_BRAND, o?.signal),
    listConversations: (query = {}, o) =>
      answer(
        'listConversations',
        [query],
        () => {
          const limit = query.limit ?? 30;
          const skip = Number(query.after ?? 0);
          const items: Conversation[] = [];
          let seen = 0;
          for (const thread of inOrder()) {
            if (!matches(query, thread)) continue;
            if (seen++ < skip) continue;
            items.push(thread.conversation);
            if (items.length > limit) break;
          }
          return { items: items.slice(0, limit), next: items.length > limit ? String(skip + limit) : null };
        },
        o?.signal,
      ),
    conversationCounts: (query = {}, o) =>
      answer('conversationCounts', [query], () => counts(query), o?.signal),
    getConversation: (id, o) => answer('getConversation', [id], () => find(id).conversation, o?.signal),
    updateConversation: (id, patch) =>
      answer('updateConversation', [id, patch], () => {
        const { state: next, assignee_id, unread, possible_opt_out } = patch;
        return changed(id, {
          ...(next && { state: next }),
          ...(assignee_id !== undefined && {
            assignee: me.members.find((member) => member.id === assignee_id) ?? null,
          }),
          ...(unread !== undefined && { unread: unread ? 1 : 0 }),
          ...(possible_opt_out === null && { possible_opt_out: null }),
        });
      }),
    listMessages: (id, query = {}, o) =>
      answer(
        'listMessages',
        [id, query],
        () => {
          const thread = find(id);
          const generated = numberOf(id) === 0 ? long : 0;
          const total = generated + thread.messages.length;
          const get = (i: number) =>
            i < generated
              ? longMessage(thread, i, generated, born - 86_400_000 * 2)
              : (thread.messages[i - generated] as Message);
          const limit = query.limit ?? 50;
          if (query.q) {
            const wanted = query.q.toLowerCase();
            const hits: Message[] = [];
            for (let i = total - 1; i >= 0 && hits.length < limit; i -= 1)
              if (get(i).body.toLowerCase().includes(wanted)) hits.unshift(get(i));
            return { items: hits, events: [], scheduled: [], before: null, after: null };
          }
          let end = query.before === undefined ? total : Number(query.before);
          let begin = query.after === undefined ? Math.max(0, end - limit) : Number(query.after);
          if (query.after !== undefined) end = Math.min(total, begin + limit);
          if (query.around) {
            const index = Array.from({ length: total }, (_, i) => i).find((i) => get(i).id === query.around);
            if (index === undefined) throw missing();
            begin = Math.max(0, index - (limit >> 1));
            end = Math.min(total, begin + limit);
          }
          const items = Array.from({ length: end - begin }, (_, i) => get(begin + i));
          const first = items[0]?.created_at ?? '';
          const events = thread.events.filter((event) => begin === 0 || event.at >= first);
          return {
            items,
            events: end === total ? events : [],
            scheduled: [],
            before: begin > 0 ? String(begin) : null,
            after: end < total ? String(end) : null,
          };
        },
        o?.signal,
      ),
    sendMessage: (body) =>
      answer('sendMessage', [body], () => {
        let thread = body.conversation_id
          ? find(body.conversation_id)
          : [...inOrder()].find(({ contact }) => contact.phone === body.to || contact.id === body.contact_id);
        if (!thread) {
          thread = addThread({
            first: null,
            last: null,
            phone: body.to ?? '',
            lines: [{ ago: 0, text: '' }],
          });
          thread.messages.length = 0;
        }
        const known = thread.messages.find(({ id }) => id === body.id);
        if (known) return known;
        if (thread.conversation.block?.code === 'opted_out')
          throw new ApiError('opted_out', 409, thread.conversation.block.reason);
        const created_at = new Date(now()).toISOString();
        const message: Message = {
          ...(fakeThread(
            { first: null, last: null, phone: '', lines: [{ ago: 0, text: '', out: true }] },
            0,
            now(),
          ).messages[0] as Message),
          id: body.id ?? fakeId('8', nextNumber()),
          conversation_id: thread.conversation.id,
          contact_id: thread.contact.id,
          status: 'queued',
          body: body.body ?? '',
          media: [...(body.media_urls ?? []).map(byUrl), ...(body.assets ?? []).map(media.sent)],
          to: thread.contact.phone ?? '',
          author: { id: me.member.id, name: me.member.name },
          hold: body.send_at ? { reason: 'scheduled', until: body.send_at } : null,
          send_at: body.send_at ?? null,
          created_at,
          sent_at: null,
          delivered_at: null,
        };
        store(thread, message);
        announce('message.queued', thread, message);
        return message;
      }),
    getMessage: (id, o) => answer('getMessage', [id], () => holder(id).message, o?.signal),
    editMessage: (id, patch) =>
      answer('editMessage', [id, patch], () =>
        changeMessage(
          id,
          {
            ...(patch.body !== undefined && { body: patch.body }),
            media: [
              ...(patch.media_urls?.map(byUrl) ?? holder(id).message.media.filter((each) => !each.asset_id)),
              ...(patch.assets?.map(media.sent) ?? holder(id).message.media.filter((each) => each.asset_id)),
            ],
            ...(patch.send_at === null && {
              send_at: null,
              hold: null,
              created_at: new Date(now()).toISOString(),
            }),
            ...(patch.send_at && {
              send_at: patch.send_at,
              hold: { reason: 'scheduled', until: patch.send_at },
            }),
          },
          'message.updated',
        ),
      ),
    cancelMessage: (id) =>
      answer('cancelMessage', [id], () =>
        changeMessage(id, { status: 'canceled', hold: null }, 'message.canceled'),
      ),
    retryMessage: (id) =>
      answer('retryMessage', [id], () =>
        changeMessage(
          id,
          { status: 'queued', error: null, attempt: holder(id).message.attempt + 1 },
          'message.queued',
        ),
      ),
    listContacts: (query = {}, o) =>
      answer(
        'listContacts',
        [query],
        () => {
          const q = query.q?.toLowerCase() ?? '';
          const items = [...made.values()]
            .map(({ contact }) => contact)
            .filter((c) => `${c.name} ${c.phone}`.toLowerCase().includes(q));
          return { items: items.slice(0, query.limit ?? 30), next: null };
        },
        o?.signal,
      ),
    createContact: (body) =>
      answer('createContact', [body], () => {
        const thread = addThread({
          first: body.first_name ?? null,
          last: body.last_name ?? null,
          phone: body.phone ?? '',
          lines: [{ ago: 0, text: '' }],
        });
        return thread.contact;
      }),
    getContact: (id, o) =>
      answer(
        'getContact',
        [id],
        () => {
          if (gone.has(id)) throw missing();
          return find(id).contact;
        },
        o?.signal,
      ),
    updateContact: (id, patch, version) =>
      answer('updateContact', [id, patch, version], () => {
        const thread = find(id);
        if (version !== undefined && version !== thread.contact.version) {
          throw new ApiError('edited_elsewhere', 412, 'Someone else changed this contact meanwhile.');
        }
        const taken = patch.addresses?.findIndex(({ address }) =>
          [...made.values()].some(
            ({ contact }) => contact.id !== id && (contact.phone === address || contact.email === address),
          ),
        );
        if (taken !== undefined && taken >= 0) {
          throw new ApiError(
            'address_taken',
            409,
            'Another contact has this number or address. Open that one, or merge the two.',
            `addresses.${taken}.address`,
          );
        }
        const next = {
          ...thread.contact,
          ...(patch as Partial<Contact>),
          ...(patch.fields && { fields: withoutNull(patch.fields) }),
          version: thread.contact.version + 1,
        };
        next.name = [next.first_name, next.last_name].filter(Boolean).join(' ') || null;
        thread.contact = next;
        thread.conversation = {
          ...thread.conversation,
          contact: { id: next.id, name: next.name, phone: next.phone, tags: next.tags },
        };
        announce('contact.updated', thread);
        return next;
      }),
    listContactFields: (o) => answer('listContactFields', [], () => options.contactFields ?? [], o?.signal),
    ...fakeConsent(world),
    getTimeline: (id, query = {}, o) =>
      answer(
        'getTimeline',
        [id, query],
        () => {
          const thread = find(id);
          const older = Array.from({ length: numberOf(id) === 0 ? long : 0 }, (_, i) =>
            longMessage(thread, i, long, born - 86_400_000 * 2),
          );
          return fakeTimeline(thread, numberOf(id), born, older, happened, query);
        },
        o?.signal,
      ),
    ...fakePeople(world),
    ...fakePipeline(world, options),
    ...fakeWork(world),
    ...fakeWorkflows(world, options),
    ...fakeNotifications(world, options),
    ...media.methods,
    listQuickReplies: (o) => answer('listQuickReplies', [], () => replies, o?.signal),
    createQuickReply: (reply) =>
      answer('createQuickReply', [reply], () => {
        const made = { ...reply, id: reply.id ?? fakeId('6', nextNumber() + 100) };
        replies.push(made);
        return made;
      }),
    deleteQuickReply: (id) =>
      answer(
        'deleteQuickReply',
        [id],
        () =>
          void replies.splice(
            replies.findIndex((reply) => reply.id === id),
            1,
          ),
      ),

    fail(method, failure, times = Infinity) {
      if (failure === null) failures.delete(method);
      else failures.set(method, { failure, times });
    },
    setFeed(next) {
      feed.state = next;
      tell({ kind: 'state', state: next });
    },
    emit,
    reset: () => tell({ kind: 'reset' }),
    receive(conversationId, body, media = []) {
      const thread = find(conversationId);
      const created_at = new Date(now()).toISOString();
      const message: Message = {
        ...(fakeThread(
          { first: null, last: null, phone: thread.contact.phone ?? '', lines: [{ ago: 0, text: body }] },
          0,
          now(),
        ).messages[0] as Message),
        id: fakeId('8', nextNumber()),
        conversation_id: conversationId,
        contact_id: thread.contact.id,
        media,
        created_at,
      };
      store(thread, message);
      thread.conversation = {
        ...thread.conversation,
        unread: thread.conversation.unread + 1,
        state: 'inbox',
      };
      announce('message.received', thread, message);
      return message;
    },
    arrive: (messageId, media) => void changeMessage(messageId, { media }, 'message.updated'),
    report(messageId, status, error = null) {
      const type =
        `message.${status === 'sending' || status === 'queued' ? 'updated' : status}` as FeedEvent['type'];
      changeMessage(messageId, { status, error }, type);
    },
    change: (id, patch) => void changed(id, patch),
  };
}

const byUrl = (url: string) => ({ url, content_type: 'image/png', name: null });

function withoutNull(fields: Record<string, FieldValue | null>): Record<string, FieldValue> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, FieldValue] => entry[1] !== null),
  );
}
