/** What can be done with the people who are chosen: the bar, its small forms, its dialogs, and the jobs that it starts. */
import { html, nothing, type TemplateResult } from 'lit';
import type { BulkAction, Contact, JobTarget } from '@patchbay/server-kit/contract';
import { ApiError } from '../../client/errors.ts';
import { icon, type IconName } from '../../internal/icons-more.ts';
import { why } from '../../internal/parts.ts';
import { deleteDialog, mergeDialog } from '../../internal/person-dialogs.ts';
import type { ContactListStore } from '../../stores/contact-list.ts';
import { jobsOf } from '../../stores/working.ts';
import { MOST_CHOSEN } from '../../stores/selection.ts';
import type { Stores } from '../../stores/stores.ts';
import { enContactsMore } from '../../words/en-contacts-more.ts';
import type { WordKey } from '../../words/en.ts';
import { addEnglish, type I18n } from '../../words/i18n.ts';
import { actionOf, form, type FormName } from './bulk-forms.ts';
import { nameOf } from './columns.ts';
import { EnrollDialog } from './enroll-dialog.ts';
import { jobRow } from './job-row.ts';

export { styles } from './bulk.styles.ts';

addEnglish(enContactsMore);

interface Host extends HTMLElement {
  requestUpdate(): void;
}
export interface BulkContext {
  host: Host;
  stores: Stores;
  list: ContactListStore;
  i18n: I18n;
  /** How many are chosen. */
  words: string;
  target: JobTarget | null;
}

interface State {
  form: FormName | null;
  deleting: boolean;
  enrolling: EnrollDialog | null;
  typed: string;
  merging: { people: [Contact, Contact]; stays: 0 | 1 } | null;
  merged: { id: string; said: string } | null;
  error: { what: WordKey; cause: ApiError } | null;
  said: string;
}

const states = new WeakMap<object, State>();
function stateOf(host: object): State {
  let state = states.get(host);
  if (!state) {
    state = {
      form: null,
      deleting: false,
      enrolling: null,
      typed: '',
      merging: null,
      merged: null,
      error: null,
      said: '',
    };
    states.set(host, state);
  }
  return state;
}

/** Something is to be seen although nobody is chosen. */
export function busy(host: object): boolean {
  const { merged, error, said, enrolling } = stateOf(host);
  return enrolling !== null || merged !== null || error !== null || said !== '';
}

const FORMS: readonly (readonly [FormName, WordKey, IconName])[] = [
  ['add_tags', 'bulk.tag', 'tag'],
  ['remove_tags', 'bulk.untag', 'tag'],
  ['set_stage', 'bulk.stage', 'flow'],
  ['set_owner', 'bulk.owner', 'user'],
  ['set_field', 'bulk.field', 'edit'],
  ['add_to_segment', 'bulk.list', 'plus'],
];

export function bulk(context: BulkContext): TemplateResult {
  const { host, stores, list, i18n } = context;
  const state = stateOf(host);
  const jobs = jobsOf(stores);
  return html`${notices(context, state)}
  ${
    jobs.jobs.length > 0
      ? html`<div class="jobs">${jobs.jobs.map((job) => jobRow(job, jobs, i18n))}</div>`
      : nothing
  }
  ${list.selection.empty ? nothing : bar(context, state)}
  ${state.enrolling ? state.enrolling.render({ i18n, words: context.words }) : nothing}
  ${state.deleting ? askDelete(context, state) : nothing}
  ${state.merging ? mergeQuestion(context, state) : nothing}`;
}

function bar(context: BulkContext, state: State): TemplateResult {
  const { host, stores, list, i18n, words, target } = context;
  const manager = stores.session.me?.member.role === 'manager';
  const set = (change: Partial<State>) => {
    Object.assign(state, change);
    host.requestUpdate();
  };
  const act = (name: FormName, word: WordKey, mark: IconName) =>
    html`<button
      class="button"
      aria-expanded=${state.form === name}
      ?disabled=${target === null}
      @click=${() => set({ form: state.form === name ? null : name })}
    >
      ${icon(mark)}${i18n.t(word)}
    </button>`;
  return html`<div class="bulk" part="bulk" role="group" aria-label=${i18n.t('bulk.actions')}>
    <span class="said num">${words}</span>
    ${target === null ? html`<span class="wrong" role="alert">${i18n.t('bulk.tooMany', { count: MOST_CHOSEN })}</span>` : nothing}
    ${
      list.selection.all || list.selection.ids.size === list.count
        ? nothing
        : html`<button class="link" @click=${() => list.chooseAll(true)}>
            ${list.count === null ? i18n.t('contacts.selectAll') : i18n.t('bulk.all', { count: list.count })}
          </button>`
    }
    ${
      state.form === null
        ? html`${FORMS.map(([name, word, mark]) => act(name, word, mark))}
          ${
            manager
              ? html`<button
                    class="button"
                    aria-haspopup="dialog"
                    ?disabled=${target === null}
                    @click=${() => askEnroll(context, state)}
                  >
                    ${icon('flow')}${i18n.t('bulk.enroll')}
                  </button>
                  <button class="button" ?disabled=${target === null} @click=${() => void exportNow(context)}>
                    ${icon('download')}${i18n.t('bulk.export')}
                  </button>
                  ${
                    list.selection.ids.size === 2
                      ? html`<button class="button" @click=${() => void askMerge(context, state)}>
                          ${icon('flow')}${i18n.t('bulk.merge')}
                        </button>`
                      : nothing
                  }
                  <button
                    class="button danger"
                    ?disabled=${target === null}
                    @click=${() => set({ deleting: true, typed: '' })}
                  >
                    ${i18n.t('bulk.delete')}
                  </button>`
              : nothing
          }`
        : form(state.form, {
            i18n,
            stores,
            cancel: () => set({ form: null }),
            apply: (name, data) => {
              set({ form: null });
              void actionOf(name, data, stores)
                .then((action) => action && start(context, action))
                .catch((cause: unknown) =>
                  set({ error: { what: 'error.job', cause: ApiError.fromUnknown(cause) } }),
                );
            },
          })
    }
    <button class="tool" aria-label=${i18n.t('bulk.clear')} @click=${() => list.chooseAll(false)}>
      ${icon('x')}
    </button>
  </div>`;
}

function askEnroll({ host, stores, list, target }: BulkContext, state: State): void {
  if (target === null) return;
  state.enrolling = new EnrollDialog(
    stores,
    target,
    () => host.requestUpdate(),
    (started) => {
      state.enrolling = null;
      if (started) list.chooseAll(false);
      host.requestUpdate();
    },
  );
  host.requestUpdate();
}

async function start({ stores, list, target }: BulkContext, action: BulkAction): Promise<void> {
  if (target === null) return;
  const job = await jobsOf(stores).start({ id: crypto.randomUUID(), target, action });
  // refused: who was chosen stays chosen, so that one can try again
  if (job) list.chooseAll(false);
}

async function exportNow({ stores, list, target }: BulkContext): Promise<void> {
  if (target === null) return;
  const job = await jobsOf(stores).export({
    id: crypto.randomUUID(),
    subject: 'contacts',
    format: 'csv',
    target,
  });
  if (job) list.chooseAll(false);
}

/** The count that has to be typed: whoever reads it knows how many are lost. */
function deleteWords({ list, i18n }: BulkContext): string {
  const count = list.selection.count(list.count);
  return count === null ? i18n.t('contacts.everybody') : i18n.t('contacts.count', { count });
}

function askDelete(context: BulkContext, state: State): TemplateResult {
  const { host, i18n, list } = context;
  const count = list.selection.count(list.count) ?? list.length;
  const set = (change: Partial<State>) => {
    Object.assign(state, change);
    host.requestUpdate();
  };
  return deleteDialog({
    i18n,
    title: i18n.t('bulk.deleteTitle', { count }),
    hint: i18n.t('bulk.deleteHint'),
    words: deleteWords(context),
    typed: state.typed,
    type: (typed) => set({ typed }),
    remove: () => void start(context, { type: 'delete' }),
    close: () => set({ deleting: false }),
  });
}

async function askMerge({ host, stores, list }: BulkContext, state: State): Promise<void> {
  const loaded = new Map(list.loaded.map((contact) => [contact.id, contact]));
  try {
    const people = await Promise.all(
      [...list.selection.ids].map((id) => Promise.resolve(loaded.get(id) ?? stores.client.getContact(id))),
    );
    // whoever has been known longer stays, unless somebody says otherwise
    people.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    state.merging = { people: people as [Contact, Contact], stays: 0 };
  } catch (cause) {
    state.error = { what: 'error.merge', cause: ApiError.fromUnknown(cause) };
  }
  host.requestUpdate();
}

function mergeQuestion(context: BulkContext, state: State): TemplateResult {
  const { host, i18n } = context;
  const { people, stays } = state.merging!;
  const ask = (merging: State['merging']) => {
    state.merging = merging;
    host.requestUpdate();
  };
  return mergeDialog({
    i18n,
    people,
    stays,
    nameOf: (contact) => nameOf(contact, i18n),
    choose: (next) => ask({ people, stays: next }),
    merge: (one, other) => void merge(context, state, one, other),
    close: () => ask(null),
  });
}

async function merge(
  { host, stores, list, i18n }: BulkContext,
  state: State,
  stays: Contact,
  other: Contact,
): Promise<void> {
  try {
    const { id } = await stores.client.mergeContacts(stays.id, other.id);
    const said = i18n.t('bulk.merged', { name: nameOf(stays, i18n), other: nameOf(other, i18n) });
    Object.assign(state, { merged: { id, said }, said: '' });
    list.chooseAll(false);
    void list.refresh();
  } catch (cause) {
    state.error = { what: 'error.merge', cause: ApiError.fromUnknown(cause) };
  }
  host.requestUpdate();
}

function notices({ host, stores, list, i18n }: BulkContext, state: State): unknown {
  const jobs = jobsOf(stores);
  const error = state.error ?? (jobs.error && { what: 'error.job' as const, cause: jobs.error });
  const hide = () => {
    Object.assign(state, { merged: null, error: null, said: '' });
    jobs.clearError();
    host.requestUpdate();
  };
  const undo = async (id: string) => {
    state.merged = null;
    try {
      await stores.client.undoMerge(id);
      state.said = i18n.t('bulk.undone');
      void list.refresh();
    } catch (cause) {
      state.error = { what: 'error.undo', cause: ApiError.fromUnknown(cause) };
    }
    host.requestUpdate();
  };
  const cross = html`<button class="tool" aria-label=${i18n.t('job.dismiss')} @click=${hide}>
    ${icon('x')}
  </button>`;
  return html`${
    error
      ? html`<div class="notice bad" role="alert">
          ${icon('alert')}<span class="grow">${i18n.t(error.what)} ${why(i18n, error.cause)}</span>${cross}
        </div>`
      : nothing
  }
  ${
    state.merged
      ? html`<div class="toast" part="toast" role="status">
          <span>${state.merged.said}</span>
          <button class="link" @click=${() => void undo(state.merged!.id)}>${i18n.t('bulk.undo')}</button>
          <span class="grow"></span>${cross}
        </div>`
      : state.said
        ? html`<div class="toast" part="toast" role="status">
            <span class="grow">${state.said}</span>${cross}
          </div>`
        : nothing
  }`;
}
