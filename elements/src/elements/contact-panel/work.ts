import { css, html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { MemberRef, Note, Task } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import { StoreController } from '../../internal/store-controller.ts';
import { contactWorkOf, type ContactWorkStore } from '../../stores/contact-work.ts';
import type { Stores } from '../../stores/stores.ts';
import { enWork } from '../../words/en-work.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { finishMention, fromWire, mentionBegun, toWire, whoBegins } from './mentions.ts';

addEnglish(enWork);

export const styles = css`
  .work form {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-top: 8px;
  }
  .work form .field {
    flex: 1 1 140px;
    width: auto;
    font-size: 13px;
  }
  .work form .day {
    flex: 0 1 128px;
  }
  .work textarea {
    flex-basis: 100%;
    min-height: 58px;
    resize: vertical;
    field-sizing: content;
  }
  .work li {
    display: flex;
    align-items: start;
    gap: 8px;
    padding-block: 5px;
    font-size: 13px;
  }
  .work li input {
    width: 18px;
    height: 18px;
    margin-top: 1px;
    flex: none;
    accent-color: var(--_accent);
  }
  .work .text {
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  .work .by {
    color: var(--_text-muted);
    font-size: var(--_text-s);
  }
  .work .by.late {
    color: var(--_bad);
  }
  .work li .tool {
    width: 26px;
    height: 26px;
  }
  .work li .tool .icon {
    width: 14px;
    height: 14px;
  }
  .colleagues {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    flex-basis: 100%;
  }
  .colleagues .chip {
    min-height: 26px;
  }
`;

interface Draft {
  text: string;
  chosen: MemberRef[];
}

interface Editing {
  id: string;
  draft: Draft;
}

const EMPTY: Draft = { text: '', chosen: [] };

/** Tasks and notes in the contact panel. Drafts stay with the contact while the panel lives. */
export class Work {
  readonly #host: LitElement;
  readonly #watched: StoreController;
  readonly #drafts = new Map<string, Draft>();
  /** The note that is being changed. */
  #editing: Editing | null = null;

  constructor(host: LitElement) {
    this.#host = host;
    this.#watched = new StoreController(host);
  }

  render(stores: Stores, contactId: string, i18n: I18n, readOnly: boolean): TemplateResult {
    const store = contactWorkOf(stores, contactId);
    this.#watched.use(store);
    if (store.status === 'idle') void store.load();
    const { me } = stores.session;
    return html`<section class="work" part="tasks" aria-label=${i18n.t('work.tasks')}>
        <h3>${i18n.t('work.tasks')}</h3>
        ${this.#problems(store, i18n)}
        <ul>
          ${store.tasks.map((task) => taskRow(task, store, i18n, readOnly))}
        </ul>
        ${store.status === 'ready' && store.tasks.length === 0 ? html`<p class="fine">${i18n.t('work.noTasks')}</p>` : nothing}
        ${readOnly ? nothing : newTask(store, i18n)}
      </section>
      <section class="work" part="notes" aria-label=${i18n.t('work.notes')}>
        <h3>${i18n.t('work.notes')}</h3>
        ${readOnly ? nothing : this.#newNote(store, i18n, me?.members ?? [])}
        <ul>
          ${store.notes.map((note) => {
            const mayChange = note.author.id === me?.member.id || me?.member.role === 'manager';
            return this.#noteRow(note, store, i18n, me?.members ?? [], mayChange && !readOnly);
          })}
        </ul>
        ${store.status === 'ready' && store.notes.length === 0 ? html`<p class="fine">${i18n.t('work.noNotes')}</p>` : nothing}
      </section>`;
  }

  #problems(store: ContactWorkStore, i18n: I18n) {
    const { changeError, error, status } = store;
    if (!changeError && status !== 'error') return nothing;
    const words = changeError ? 'error.workChange' : 'error.work';
    return html`<div class="notice bad" role="alert">
      ${icon('alert')}<span class="grow">${i18n.t(words)} ${why(i18n, changeError ?? error)}</span>
      ${
        changeError
          ? nothing
          : html`<button class="link" @click=${() => void store.load()}>${i18n.t('tryAgain')}</button>`
      }
    </div>`;
  }

  #newNote(store: ContactWorkStore, i18n: I18n, members: readonly MemberRef[]) {
    const draft = this.#drafts.get(store.contactId) ?? EMPTY;
    const keep = (next: Draft) => {
      this.#drafts.set(store.contactId, next);
      this.#host.requestUpdate();
    };
    return this.#composer('work.newNote', draft, i18n, members, keep, async (text) => {
      if (await store.addNote(text)) keep(EMPTY);
    });
  }

  #noteRow(
    note: Note,
    store: ContactWorkStore,
    i18n: I18n,
    members: readonly MemberRef[],
    mayChange: boolean,
  ): TemplateResult {
    const { id, text, author, mentions, created_at, version } = note;
    const edit = (editing: Editing | null) => {
      this.#editing = editing;
      this.#host.requestUpdate();
    };
    if (this.#editing?.id === id) {
      const keep = (draft: Draft) => edit({ id, draft });
      return html`<li data-id=${id}>
        ${this.#composer('work.edit', this.#editing.draft, i18n, members, keep, async (next) => {
          if (await store.editNote(id, next)) edit(null);
        })}
      </li>`;
    }
    const by = [author.name, i18n.moment(created_at), version > 1 ? i18n.t('work.edited') : ''];
    return html`<li data-id=${id} part="note">
      <div class="grow">
        <p class="text"><bdi>${fromWire(text, mentions)}</bdi></p>
        <p class="by">${by.filter(Boolean).join(' · ')}</p>
      </div>
      ${
        mayChange
          ? html`<button
                class="tool"
                title=${i18n.t('work.edit')}
                aria-label=${i18n.t('work.edit')}
                @click=${() => edit({ id, draft: { text: fromWire(text, mentions), chosen: mentions } })}
              >
                ${icon('edit')}
              </button>
              <button
                class="tool"
                title=${i18n.t('work.delete')}
                aria-label=${i18n.t('work.delete')}
                @click=${() => void store.deleteNote(id)}
              >
                ${icon('x')}
              </button>`
          : nothing
      }
    </li>`;
  }

  #composer(
    label: 'work.newNote' | 'work.edit',
    draft: Draft,
    i18n: I18n,
    members: readonly MemberRef[],
    keep: (draft: Draft) => void,
    save: (text: string) => Promise<void>,
  ) {
    const typed = mentionBegun(draft.text);
    const found = typed === null ? [] : whoBegins(members, typed).slice(0, 6);
    const submit = (event: Event) => {
      event.preventDefault();
      const text = toWire(draft.text, draft.chosen).trim();
      if (text !== '') void save(text);
    };
    const choose = (event: Event, member: MemberRef) => {
      const form = (event.currentTarget as HTMLElement).closest('form');
      keep({ text: finishMention(draft.text, member), chosen: [...draft.chosen, member] });
      form?.querySelector('textarea')?.focus();
    };
    const onKey = (event: KeyboardEvent) => {
      // the inbox has shortcuts of single letters
      event.stopPropagation();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
    };
    return html`<form class="grow" @submit=${submit}>
      <textarea
        class="field"
        maxlength="9000"
        aria-label=${i18n.t(label)}
        placeholder=${i18n.t('work.newNote')}
        .value=${draft.text}
        @keydown=${onKey}
        @input=${(event: Event) => keep({ ...draft, text: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      ${
        found.length === 0
          ? nothing
          : html`<div class="colleagues" role="group" aria-label=${i18n.t('work.mention')}>
              ${found.map(
                (member) =>
                  html`<button
                    type="button"
                    class="chip accent"
                    @click=${(event: Event) => choose(event, member)}
                  >
                    @${member.name}
                  </button>`,
              )}
            </div>`
      }
      ${draft.text.trim() === '' ? nothing : html`<button class="button">${i18n.t('work.save')}</button>`}
    </form>`;
  }
}

function taskRow(task: Task, store: ContactWorkStore, i18n: I18n, readOnly: boolean): TemplateResult {
  const { id, title, due_at, due_on, overdue_at, assignee } = task;
  const late = overdue_at !== null && Date.parse(overdue_at) <= Date.now();
  const due = due_at === null ? '' : due_on === null ? i18n.moment(due_at) : i18n.date(`${due_on}T12:00:00Z`);
  return html`<li data-id=${id} part="task">
    <input
      type="checkbox"
      aria-label=${i18n.t('work.done', { title })}
      ?disabled=${readOnly}
      .checked=${false}
      @change=${() => void store.complete(id)}
    />
    <div class="grow">
      <p class="text"><bdi>${title}</bdi></p>
      <p class="by ${late ? 'late' : ''}">${[due, assignee?.name].filter(Boolean).join(' · ')}</p>
    </div>
  </li>`;
}

function newTask(store: ContactWorkStore, i18n: I18n): TemplateResult {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const typed = (name: string) => (form.elements.namedItem(name) as HTMLInputElement).value.trim();
    const [title, day] = [typed('title'), typed('day')];
    if (title !== '' && (await store.addTask(title, day === '' ? null : day))) form.reset();
  };
  return html`<form @submit=${submit} @keydown=${(event: KeyboardEvent) => event.stopPropagation()}>
    <input
      class="field"
      name="title"
      maxlength="500"
      aria-label=${i18n.t('work.newTask')}
      placeholder=${i18n.t('work.newTask')}
    />
    <input class="field day" name="day" type="date" aria-label=${i18n.t('work.dueDay')} />
    <button class="button">${i18n.t('work.add')}</button>
  </form>`;
}
