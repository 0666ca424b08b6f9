/**
 * What the steps of one look want done, until it is written. Of one contact, everything happens in the order in which it was
 * asked for; the same thing for many contacts is one statement, wherever that order allows it.
 */
import type { MemberRef } from '../../contract/index.ts';
import type { Tx } from '../../db/client.ts';
import type { LinkBook } from '../effects/links.ts';
import type { Compiled } from './compiled.ts';
import type { Effects, OutgoingRequest, OutgoingText } from './effects.ts';
import type { RunContact } from '../steps/step.ts';

/** Something done to contacts, the same for all of `ids`. */
export type ContactChange =
  | { do: 'add_tags' | 'remove_tags'; tags: string[] }
  | { do: 'set_field'; field: string; value: unknown }
  | { do: 'score'; by: number }
  | { do: 'move_stage'; stage: string }
  | { do: 'assign'; member: string | null }
  // the step that asks happens once, and it is its workflow alone that it does not take them out of
  | { do: 'enroll' | 'leave'; workflow: string };

export interface ChangeGroup {
  change: ContactChange;
  by: Compiled;
  ids: string[];
}

export interface TeamItem {
  contactId: string;
  by: Compiled;
  item:
    | { do: 'task'; title: string; dueAt: Date | null; assignee: string | null }
    | { do: 'note'; body: string }
    | { do: 'notify'; member: string; body: string };
}

export class Gathered {
  changes: ChangeGroup[] = [];
  team: TeamItem[] = [];
  texts: (OutgoingText & { by: Compiled })[] = [];
  requests: OutgoingRequest[] = [];
  /** By enrollment; those that stand here are to be written. */
  readonly variables = new Map<string, Record<string, unknown>>();
  /** Contacts that are not what they were when the look began. */
  readonly touched = new Set<string>();
  readonly #contacts: ReadonlyMap<string, RunContact>;
  readonly #kept: (enrollmentId: string) => Record<string, unknown>;
  /** The last group of each contact, by its place in `changes`. */
  #lastOf = new Map<string, number>();
  #groups = new Map<string, number[]>();
  readonly #links = new Map<Compiled, LinkBook>();
  readonly #newLinks: (actor: MemberRef) => LinkBook;

  constructor(
    contacts: ReadonlyMap<string, RunContact>,
    variablesOf: (enrollmentId: string) => Record<string, unknown>,
    newLinks: (actor: MemberRef) => LinkBook,
  ) {
    this.#contacts = contacts;
    this.#kept = variablesOf;
    this.#newLinks = newLinks;
  }

  /** The links that stand in the texts. */
  async writeLinks(tx: Tx): Promise<void> {
    for (const links of this.#links.values()) await links.write(tx);
  }

  /** The changes so far, to be written now; what comes later begins anew. */
  takeChanges(): ChangeGroup[] {
    const taken = this.changes;
    this.changes = [];
    this.#lastOf = new Map();
    this.#groups = new Map();
    return taken;
  }

  /** The way in for steps of a workflow. The contacts in memory change at once, as the rows will. */
  of(by: Compiled): Effects {
    const change = (id: string, what: ContactChange, apply?: (contact: RunContact) => void) => {
      this.#add(id, what, by);
      const contact = this.#contacts.get(id);
      if (contact && apply) apply(contact);
    };
    let links = this.#links.get(by);
    if (links === undefined) this.#links.set(by, (links = this.#newLinks(by.actor)));
    const book = links;
    return {
      assetLink: (link) => book.assetLink(link),
      shortLink: (link) => book.shortLink(link),
      text: (text) => void this.texts.push({ ...text, by }),
      request: (request) => void this.requests.push(request),
      addTags: (id, tags) =>
        change(id, { do: 'add_tags', tags }, (contact) => {
          contact.tags = [...new Set([...contact.tags, ...tags])];
        }),
      removeTags: (id, tags) =>
        change(id, { do: 'remove_tags', tags }, (contact) => {
          contact.tags = contact.tags.filter((tag) => !tags.includes(tag));
        }),
      setField: (id, field, value) =>
        change(id, { do: 'set_field', field, value }, (contact) => {
          if (field.startsWith('fields.')) contact.fields = withField(contact.fields, field.slice(7), value);
          else Object.assign(contact, { [field]: value });
        }),
      score: (id, by) =>
        change(id, { do: 'score', by }, (contact) => {
          contact.lead_score = (contact.lead_score ?? 0) + by;
        }),
      moveStage: (id, stage) =>
        change(id, { do: 'move_stage', stage }, (contact) => {
          contact.stage = stage;
        }),
      assign: (id, member) =>
        change(id, { do: 'assign', member }, (contact) => {
          contact.owner_id = member;
        }),
      task: (contactId, task) => void this.team.push({ contactId, by, item: { do: 'task', ...task } }),
      note: (contactId, body) => void this.team.push({ contactId, by, item: { do: 'note', body } }),
      notify: (contactId, member, body) =>
        void this.team.push({ contactId, by, item: { do: 'notify', member, body } }),
      enroll: (id, workflow) => change(id, { do: 'enroll', workflow }),
      leave: (id, workflow) => change(id, { do: 'leave', workflow }),
      setVariable: (enrollmentId, name, value) => {
        const variables = this.variables.get(enrollmentId) ?? this.#kept(enrollmentId);
        variables[name] = value;
        this.variables.set(enrollmentId, variables);
      },
    };
  }

  #add(id: string, change: ContactChange, by: Compiled): void {
    if (change.do !== 'enroll' && change.do !== 'leave') this.touched.add(id);
    const key = `${by.workflowId} ${JSON.stringify(change)}`;
    const after = this.#lastOf.get(id) ?? -1;
    const places = this.#groups.get(key) ?? [];
    let place = places.find((one) => one > after);
    if (place === undefined) {
      place = this.changes.push({ change, by, ids: [] }) - 1;
      this.#groups.set(key, [...places, place]);
    }
    this.changes[place]!.ids.push(id);
    this.#lastOf.set(id, place);
  }
}

function withField(fields: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  const { [key]: _, ...rest } = fields;
  return value === null ? rest : { ...rest, [key]: value };
}
