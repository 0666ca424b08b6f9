/** Who may be the same person, with merging and its undoing; the questionnaire's answers; deleting. */
import { css, html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { Contact, Duplicates, FieldValue } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { icon } from '../../internal/icons-more.ts';
import { modalStyles } from '../../internal/modal.ts';
import { avatar, why } from '../../internal/parts.ts';
import { deleteDialog, mergeDialog, pickStyles } from '../../internal/person-dialogs.ts';
import { contactOf } from '../../stores/opened.ts';
import type { Stores } from '../../stores/stores.ts';
import { enPanel } from '../../words/en-panel.ts';
import type { WordKey } from '../../words/en.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';

addEnglish(enPanel);

export const upkeepStyles = css`
  ${modalStyles} ${pickStyles}
  .maybe {
    margin-top: 14px;
    padding: 10px 12px;
    border-radius: var(--_radius-m);
    background: var(--_warn-soft);
    font-size: 13px;
  }
  .maybe h3 {
    margin: 0 0 6px;
    color: var(--_warn);
  }
  .maybe li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    padding-block: 3px;
  }
  .maybe .avatar {
    width: 26px;
    height: 26px;
    font-size: 10px;
  }
  .maybe .link {
    min-height: 28px;
  }
  .merged {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-top: 12px;
    padding: 6px 6px 6px 12px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    font-size: 13px;
  }
  .profile dl {
    display: block;
  }
  .profile dd {
    margin-bottom: 8px;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  .remove .link {
    color: var(--_bad);
  }
`;

export interface UpkeepContext {
  i18n: I18n;
  stores: Stores;
  contact: Contact;
  readOnly: boolean;
  /** Shows another contact. */
  open: (contactId: string) => void;
  merged: (contact: Contact) => void;
  removed: (contactId: string) => void;
}

/** How many are named; the table of people has the others. */
const MOST = 3;

interface Merged {
  id: string;
  stays: string;
  said: string;
}

interface State {
  alike: Duplicates['items'];
  merging: { people: readonly [Contact, Contact]; stays: 0 | 1 } | null;
  merged: Merged | null;
  said: string;
  error: { what: WordKey; cause: ApiError } | null;
  deleting: { id: string; typed: string } | null;
}

export class Upkeep {
  readonly #host: LitElement;
  /** The contact and version whose duplicates were asked for. */
  #asked = '';
  readonly #state: State = {
    alike: [],
    merging: null,
    merged: null,
    said: '',
    error: null,
    deleting: null,
  };

  constructor(host: LitElement) {
    this.#host = host;
  }

  /** Above the fields: what was just done, and who may be the same. */
  notices(context: UpkeepContext): unknown {
    const { contact, i18n, readOnly } = context;
    if (readOnly) return nothing;
    this.#look(context);
    const hide = () => this.#set({ error: null, merged: null, said: '' });
    const cross = html`<button class="tool" aria-label=${i18n.t('close')} @click=${hide}>
      ${icon('x')}
    </button>`;
    const { alike, deleting, error, merged, merging, said } = this.#state;
    return html`${
      error
        ? html`<div class="notice bad problem" role="alert">
            ${icon('alert')}<span class="grow">${i18n.t(error.what)} ${why(i18n, error.cause)}</span>${cross}
          </div>`
        : nothing
    }
    ${
      merged || said
        ? html`<div class="merged" part="merged" role="status">
            <span class="grow">${merged?.said ?? said}</span>
            ${
              merged
                ? html`<button class="link" @click=${() => void this.#undo(merged, context)}>
                    ${i18n.t('bulk.undo')}
                  </button>`
                : nothing
            }${cross}
          </div>`
        : nothing
    }
    ${alike.length === 0 ? nothing : this.#maybe(context)}
    ${
      merging
        ? mergeDialog({
            i18n,
            ...merging,
            nameOf: (one) => nameOf(one, i18n),
            choose: (stays) => this.#set({ merging: { people: merging.people, stays } }),
            merge: (stays, other) => void this.#merge(stays, other, context),
            close: () => this.#set({ merging: null }),
          })
        : nothing
    }
    ${deleting?.id === contact.id ? this.#deleteDialog(deleting, context) : nothing}`;
  }

  #maybe(context: UpkeepContext): TemplateResult {
    const { i18n, open, contact } = context;
    return html`<section class="maybe" part="duplicates" aria-label=${i18n.t('panel.maybe')}>
      <h3>${i18n.t('panel.maybe')}</h3>
      <ul>
        ${this.#state.alike.slice(0, MOST).map(({ contact: other, reasons }) => {
          const name = nameOf(other, i18n);
          // whoever has been known longer stays, unless somebody says otherwise
          const people = other.created_at < contact.created_at ? [other, contact] : [contact, other];
          return html`<li>
            ${avatar(other)}
            <span class="grow"
              ><button class="link" title=${i18n.t('panel.open', { name })} @click=${() => open(other.id)}>
                <bdi>${name}</bdi></button
              ><br /><span class="muted"
                >${reasons.map((reason) => i18n.t(`panel.same.${reason}`)).join(', ')}</span
              ></span
            >
            <button
              class="button"
              aria-label=${i18n.t('panel.mergeWith', { name })}
              @click=${() => this.#set({ merging: { people: people as [Contact, Contact], stays: 0 } })}
            >
              ${i18n.t('bulk.merge')}
            </button>
          </li>`;
        })}
      </ul>
    </section>`;
  }

  /** Questions and answers, as the account asks them. */
  profile({ profile }: Contact, i18n: I18n): unknown {
    const answers = Object.entries(profile);
    if (answers.length === 0) return nothing;
    return html`<section class="profile" part="profile" aria-label=${i18n.t('panel.profile')}>
      <h3>${i18n.t('panel.profile')}</h3>
      <dl>
        ${answers.map(
          ([question, answer]) =>
            html`<dt><bdi>${asked(question)}</bdi></dt>
              <dd><bdi>${answered(answer, i18n)}</bdi></dd>`,
        )}
      </dl>
    </section>`;
  }

  /** For managers, at the very end. */
  removal({ contact, i18n, readOnly, stores }: UpkeepContext): unknown {
    if (readOnly || stores.session.me?.member.role !== 'manager') return nothing;
    return html`<section class="remove">
      <button class="link" @click=${() => this.#set({ deleting: { id: contact.id, typed: '' } })}>
        ${i18n.t('panel.delete')}
      </button>
    </section>`;
  }

  #deleteDialog({ id, typed }: { id: string; typed: string }, context: UpkeepContext): TemplateResult {
    const { contact, i18n } = context;
    const name = nameOf(contact, i18n);
    return deleteDialog({
      i18n,
      title: i18n.t('panel.deleteTitle', { name }),
      hint: i18n.t('panel.deleteHint'),
      words: name,
      typed,
      type: (next) => this.#set({ deleting: { id, typed: next } }),
      remove: () => void this.#delete(context),
      close: () => this.#set({ deleting: null }),
    });
  }

  /** Asks anew whenever the contact has changed: another number may be somebody else's. */
  #look({ contact, stores }: UpkeepContext): void {
    const asked = `${contact.id} ${contact.version}`;
    if (asked === this.#asked) return;
    if (!this.#asked.startsWith(`${contact.id} `)) {
      const { merged } = this.#state;
      Object.assign(this.#state, { alike: [], merging: null, said: '', error: null });
      if (merged?.stays !== contact.id) this.#state.merged = null;
    }
    this.#asked = asked;
    void stores.client.listDuplicates(contact.id).then(
      ({ items }) => {
        if (asked === this.#asked) this.#set({ alike: items });
      },
      // a hint: without it nothing is missing
      () => undefined,
    );
  }

  async #merge(stays: Contact, other: Contact, context: UpkeepContext): Promise<void> {
    const { i18n, stores, contact, open, merged } = context;
    try {
      const done = await stores.client.mergeContacts(stays.id, other.id);
      const said = i18n.t('bulk.merged', { name: nameOf(stays, i18n), other: nameOf(other, i18n) });
      this.#asked = `${stays.id} `;
      this.#set({ merged: { id: done.id, stays: stays.id, said }, said: '', error: null, alike: [] });
      merged(done.contact);
      if (stays.id !== contact.id) open(stays.id);
      await contactOf(stores, stays.id).refresh();
    } catch (cause) {
      this.#set({ error: { what: 'error.merge', cause: ApiError.fromUnknown(cause) } });
    }
  }

  async #undo({ id, stays }: Merged, { i18n, stores, merged }: UpkeepContext): Promise<void> {
    try {
      const { contacts } = await stores.client.undoMerge(id);
      this.#asked = `${stays} `;
      this.#set({ merged: null, said: i18n.t('bulk.undone'), error: null });
      for (const contact of contacts) merged(contact);
      await contactOf(stores, stays).refresh();
    } catch (cause) {
      this.#set({ error: { what: 'error.undo', cause: ApiError.fromUnknown(cause) } });
    }
  }

  async #delete({ contact, stores, removed }: UpkeepContext): Promise<void> {
    try {
      await stores.client.deleteContact(contact.id);
      await contactOf(stores, contact.id).refresh();
      removed(contact.id);
    } catch (cause) {
      this.#set({ error: { what: 'error.delete', cause: ApiError.fromUnknown(cause) } });
    }
  }

  #set(change: Partial<State>): void {
    Object.assign(this.#state, change);
    this.#host.requestUpdate();
  }
}

function nameOf({ name, phone, email }: Contact, i18n: I18n): string {
  return name ?? (phone === null ? (email ?? i18n.t('panel.nameless')) : i18n.phone(phone));
}

/** A question that has been given a key instead of words reads like words. */
function asked(question: string): string {
  if (/\s/.test(question)) return question;
  const words = question.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

function answered(answer: FieldValue, i18n: I18n): string {
  if (typeof answer === 'boolean') return i18n.t(answer ? 'yes' : 'no');
  if (typeof answer === 'number') return i18n.number(answer);
  return Array.isArray(answer) ? answer.join(', ') : answer;
}
