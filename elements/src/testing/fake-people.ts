/** The in-memory server's end of tables of people: search, segments, merges, and jobs over many. */
import type {
  BulkAction,
  Contact,
  ContactsFound,
  Filter,
  Job,
  JobTarget,
  SearchContacts,
  Segment,
} from '@patchbay/server-kit/contract';
import { DUPLICATE_REASONS } from '@patchbay/server-kit/contract/names';
import { ApiError } from '../client/errors.ts';
import type { PatchbayClient } from '../client/types.ts';
import type { createWorld } from './fake-world.ts';
import { fakeImports } from './fake-imports.ts';
import { fakeId } from './people.ts';

type World = ReturnType<typeof createWorld>;
type Methods =
  | 'searchContacts'
  | 'deleteContact'
  | 'listDuplicates'
  | 'mergeContacts'
  | 'undoMerge'
  | 'listSegments'
  | 'getSegment'
  | 'createSegment'
  | 'updateSegment'
  | 'deleteSegment'
  | 'previewSegment'
  | 'startJob'
  | 'startExport'
  | 'getJob'
  | 'cancelJob'
  | 'uploadImport'
  | 'getImport'
  | 'previewImport'
  | 'startImport';

/** Each look at a running job finds it this much further. */
const STEPS = 3;
const BUYERS: Filter = { field: 'lead_type', op: 'is', value: 'Buyer' };

export function fakePeople(world: World): Pick<PatchbayClient, Methods> {
  const { answer, peek, missing, find, gone, made, emit, me, now, nextNumber, size } = world;
  const merges = new Map<string, string>();
  const members = new Map<string, Set<string>>();
  const jobs = new Map<string, { job: Job; target: JobTarget | undefined }>();
  const instant = () => new Date(now()).toISOString();
  const segments = new Map<string, Segment>(
    (size() === 0 ? [] : [['Buyers', BUYERS] as const, ['Open house list', null] as const]).map(
      ([name, filter], n) => {
        const id = fakeId('e', n);
        return [
          id,
          {
            id,
            name,
            kind: filter === null ? 'static' : 'dynamic',
            filter,
            time_zone: null,
            members: 0,
            version: 1,
            created_at: instant(),
            updated_at: instant(),
          } satisfies Segment,
        ];
      },
    ),
  );

  const matches = (filter: Filter, contact: Contact): boolean => {
    if ('all' in filter) return filter.all.every((one) => matches(one, contact));
    if ('any' in filter) return filter.any.some((one) => matches(one, contact));
    if ('not' in filter) return !matches(filter.not, contact);
    if ('segment' in filter) return inSegment(filter.segment.id, contact);
    if ('consent' in filter)
      return contact.consent.some(
        (each) => each.channel === filter.consent.channel && each.state === filter.consent.state,
      );
    if (!('field' in filter)) return true;
    const held = filter.field.startsWith('fields.')
      ? contact.fields[filter.field.slice(7)]
      : contact[filter.field as keyof Contact];
    const values = [held ?? []].flat().map(String);
    if (filter.op === 'is_empty') return values.length === 0;
    if (filter.op === 'is_set') return values.length > 0;
    const wanted = ['value' in filter ? filter.value : []]
      .flat()
      .map((one) => JSON.stringify(one).replaceAll('"', '').toLowerCase());
    const has = (want: string) => values.some((value) => value.toLowerCase() === want);
    if (filter.op === 'is' || filter.op === 'in' || filter.op === 'has_any') return wanted.some(has);
    if (filter.op === 'has_all') return wanted.every(has);
    if (filter.op === 'is_not' || filter.op === 'not_in' || filter.op === 'has_none')
      return !wanted.some(has);
    if (filter.op === 'contains' || filter.op === 'starts_with')
      return values.some((value) => value.toLowerCase().includes(wanted[0] ?? ''));
    return true;
  };
  const inSegment = (id: string, contact: Contact): boolean => {
    const segment = segments.get(id);
    if (!segment) throw missing();
    return segment.filter === null
      ? (members.get(id)?.has(contact.id) ?? false)
      : matches(segment.filter, contact);
  };
  world.segmentsHold.of = inSegment;
  const everybody = (): Contact[] =>
    Array.from({ length: size() }, (_, n) => peek(n).contact).filter(({ id }) => !gone.has(id));
  const found = ({ filter, q }: Pick<SearchContacts, 'filter' | 'q'>): Contact[] => {
    const words = q?.toLowerCase() ?? '';
    return everybody().filter(
      (contact) =>
        (filter === undefined || matches(filter as Filter, contact)) &&
        (words === '' ||
          [contact.name, contact.phone, contact.email].some((text) => text?.toLowerCase().includes(words))),
    );
  };
  const page = ({
    filter,
    q,
    sort = 'newest',
    after,
    limit = 30,
    counted,
  }: SearchContacts): ContactsFound => {
    const skip = Number(after ?? 0);
    // a crowd of a million is made page by page, as somebody looks
    if (filter === undefined && !q && gone.size === 0 && !sort.startsWith('name')) {
      const total = size();
      const length = Math.max(0, Math.min(limit, total - skip));
      const items = Array.from(
        { length },
        (_, n) => peek(sort === 'newest' ? skip + n : total - 1 - skip - n).contact,
      );
      return {
        items,
        next: skip + length < total ? String(skip + length) : null,
        count: counted ? total : null,
      };
    }
    const all = found({ filter, q });
    if (sort === 'oldest') all.reverse();
    if (sort.startsWith('name'))
      all.sort((a, b) => (a.name ?? '\u{10FFFF}').localeCompare(b.name ?? '\u{10FFFF}'));
    if (sort === 'name_desc') all.reverse();
    return {
      items: all.slice(skip, skip + limit),
      next: skip + limit < all.length ? String(skip + limit) : null,
      count: counted ? all.length : null,
    };
  };
  const targets = (target: JobTarget | undefined): Contact[] => {
    if (target === undefined) return everybody();
    if ('ids' in target) return everybody().filter(({ id }) => target.ids.includes(id));
    if ('segment_id' in target) return everybody().filter((contact) => inSegment(target.segment_id, contact));
    return found(target);
  };
  world.jobsAbout.of = targets;
  const apply = (action: BulkAction, contact: Contact) => {
    if (action.type === 'delete') gone.add(contact.id);
    else if (action.type === 'add_to_segment') membersOf(action.segment_id).add(contact.id);
    else if (action.type === 'remove_from_segment') membersOf(action.segment_id).delete(contact.id);
    else find(contact.id).contact = changed(action, contact);
  };
  const membersOf = (id: string) => {
    const set = members.get(id) ?? new Set<string>();
    members.set(id, set);
    return set;
  };
  const shown = (segment: Segment): Segment => ({
    ...segment,
    members: size() > 5_000 ? size() : everybody().filter((contact) => inSegment(segment.id, contact)).length,
  });
  const begin = (given: { id?: string; target?: JobTarget }, more: Partial<Job>): Job => {
    const job: Job = {
      id: given.id ?? fakeId('f', nextNumber()),
      kind: 'bulk',
      state: 'queued',
      action: null,
      name: null,
      total: null,
      done: 0,
      failed: 0,
      counts: {},
      reason: null,
      download: null,
      member: { id: me.member.id, name: me.member.name },
      created_at: instant(),
      finished_at: null,
      ...more,
    };
    jobs.set(job.id, { job, target: given.target });
    return job;
  };
  const step = (id: string): Job => {
    const held = jobs.get(id);
    if (!held) throw missing();
    const { job, target } = held;
    if (job.state !== 'queued' && job.state !== 'running') return job;
    const people = targets(target);
    const total = job.total ?? people.length;
    const done = Math.min(total, job.done + Math.ceil(total / STEPS));
    const ended = done >= total;
    const counts = { ...job.counts };
    if (ended && job.action?.type === 'enroll') {
      counts['enrolled'] = world.workflowsTake.of(job.action.workflow_id, people).length;
      counts['skipped'] = people.length - counts['enrolled'];
    } else if (ended && job.action) for (const contact of people) apply(job.action, contact);
    held.job = {
      ...job,
      total,
      done,
      counts,
      state: ended ? 'done' : 'running',
      finished_at: ended ? instant() : null,
      download: ended && (job.kind === 'export' || job.failed > 0) ? '/fixtures/photo.svg' : null,
    };
    return held.job;
  };
  const segmentOf = (id: string): Segment => {
    const segment = segments.get(id);
    if (!segment) throw missing();
    return segment;
  };
  const free = (name: string | undefined, but?: string) => {
    if ([...segments.values()].some((one) => one.name === name && one.id !== but))
      throw new ApiError('segment_exists', 409, `There is already a segment named "${name}".`);
  };

  return {
    ...fakeImports(world, (job) => jobs.set(job.id, { job, target: undefined })),
    searchContacts: (query = {}, o) => answer('searchContacts', [query], () => page(query), o?.signal),
    deleteContact: (id) =>
      answer('deleteContact', [id], () => {
        if (me.member.role !== 'manager')
          throw new ApiError('forbidden', 403, 'Only managers can delete a contact.');
        find(id);
        gone.add(id);
        emit({ type: 'contact.deleted', contact_id: id, data: { conversation_ids: [] } });
      }),
    listDuplicates: (id, o) =>
      answer(
        'listDuplicates',
        [id],
        () => {
          const { contact } = find(id);
          const alike = (one: Contact) =>
            DUPLICATE_REASONS.filter((reason) =>
              reason === 'name_and_birthday'
                ? one.name !== null && one.name === contact.name && one.birthday === contact.birthday
                : numbersOf(one, reason).some((each) => numbersOf(contact, reason).includes(each)),
            );
          const items = [...made.values()]
            .map((thread) => ({ contact: thread.contact, reasons: alike(thread.contact) }))
            .filter((one) => one.contact.id !== id && !gone.has(one.contact.id) && one.reasons.length > 0);
          return { items };
        },
        o?.signal,
      ),
    mergeContacts: (id, other) =>
      answer('mergeContacts', [id, other], () => {
        const { contact } = find(id);
        find(other);
        gone.add(other);
        const merge = fakeId('f', nextNumber(), 1);
        merges.set(merge, other);
        emit({ type: 'contact.merged', contact_id: id });
        return { id: merge, contact, merged_id: other, merged_at: instant() };
      }),
    undoMerge: (id) =>
      answer('undoMerge', [id], () => {
        const other = merges.get(id);
        if (other === undefined) throw missing();
        gone.delete(other);
        emit({ type: 'contact.unmerged', contact_id: other });
        return { contacts: [find(other).contact] };
      }),
    listSegments: (o) =>
      answer(
        'listSegments',
        [],
        () => [...segments.values()].map(shown).sort((a, b) => a.name.localeCompare(b.name)),
        o?.signal,
      ),
    getSegment: (id, o) => answer('getSegment', [id], () => shown(segmentOf(id)), o?.signal),
    createSegment: (body) =>
      answer('createSegment', [body], () => {
        free(body.name);
        const segment: Segment = {
          id: body.id ?? fakeId('e', nextNumber() + 10),
          name: body.name,
          kind: body.kind ?? 'dynamic',
          filter: (body.filter as Filter | undefined) ?? null,
          time_zone: body.time_zone ?? null,
          members: 0,
          version: 1,
          created_at: instant(),
          updated_at: instant(),
        };
        segments.set(segment.id, segment);
        return shown(segment);
      }),
    updateSegment: (id, patch, version) =>
      answer('updateSegment', [id, patch, version], () => {
        const before = segmentOf(id);
        if (version !== undefined && version !== before.version)
          throw new ApiError('edited_elsewhere', 412, 'Someone else changed this segment meanwhile.');
        free(patch.name, id);
        const next: Segment = {
          ...before,
          ...(patch.name !== undefined && { name: patch.name }),
          ...(patch.filter !== undefined && { filter: patch.filter as Filter }),
          version: before.version + 1,
          updated_at: instant(),
        };
        segments.set(id, next);
        return shown(next);
      }),
    deleteSegment: (id) =>
      answer('deleteSegment', [id], () => {
        const { name } = segmentOf(id);
        const user = [...segments.values()].find(({ filter }) => JSON.stringify(filter)?.includes(id));
        if (user)
          throw new ApiError(
            'segment_in_use',
            409,
            `"${user.name}" asks who is in "${name}". Change or delete it first.`,
          );
        segments.delete(id);
      }),
    previewSegment: (query, o) =>
      answer(
        'previewSegment',
        [query],
        () => {
          const { items, next, count } = page({
            filter: query.filter,
            limit: query.limit ?? 30,
            counted: true,
          });
          return { items, next, count: count ?? 0 };
        },
        o?.signal,
      ),
    startJob: (body) => answer('startJob', [body], () => begin(body, { action: body.action })),
    startExport: (body) =>
      answer('startExport', [body], () => begin(body, { kind: 'export', name: 'contacts.csv' })),
    getJob: (id, o) => answer('getJob', [id], () => step(id), o?.signal),
    cancelJob: (id) =>
      answer('cancelJob', [id], () => {
        const held = jobs.get(id);
        if (!held) throw missing();
        held.job = { ...held.job, state: 'canceled', finished_at: instant() };
        return held.job;
      }),
  };
}

/** First and further ones. */
function numbersOf(contact: Contact, kind: 'phone' | 'email'): string[] {
  const further = contact.addresses.filter((each) => each.kind === kind).map(({ address }) => address);
  return [contact[kind], ...further].filter((each) => each !== null);
}

function changed(action: BulkAction, contact: Contact): Contact {
  const more = { ...contact, version: contact.version + 1 };
  if (action.type === 'add_tags') return { ...more, tags: [...new Set([...contact.tags, ...action.tags])] };
  if (action.type === 'remove_tags')
    return { ...more, tags: contact.tags.filter((tag) => !action.tags.includes(tag)) };
  if (action.type === 'set_stage') return { ...more, stage: action.stage };
  if (action.type === 'set_owner') return { ...more, owner_id: action.owner_id };
  if (action.type !== 'set_field') return contact;
  const { field, value } = action;
  if (!field.startsWith('fields.')) return { ...more, [field]: value };
  const fields = { ...contact.fields };
  if (value === null) delete fields[field.slice(7)];
  else fields[field.slice(7)] = value;
  return { ...more, fields };
}
