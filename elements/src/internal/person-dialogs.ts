/** The questions before two people become one, and before somebody is deleted: the table and the panel ask the same. */
import { css, html, type TemplateResult } from 'lit';
import type { Contact } from '@patchbay/server-kit/contract';
import { enPerson } from '../words/en-person.ts';
import { addEnglish, type I18n } from '../words/i18n.ts';
import { modal } from './modal.ts';

addEnglish(enPerson);

export interface MergeQuestion {
  i18n: I18n;
  people: readonly [Contact, Contact];
  /** Which of the two stays. */
  stays: 0 | 1;
  nameOf: (contact: Contact) => string;
  choose: (stays: 0 | 1) => void;
  merge: (stays: Contact, other: Contact) => void;
  close: () => void;
}

export function mergeDialog({ i18n, people, stays, nameOf, choose, merge, close }: MergeQuestion) {
  const [one, other] = [people[stays], people[stays === 0 ? 1 : 0]];
  return modal({
    i18n,
    name: 'confirm-merge',
    title: i18n.t('bulk.mergeTitle'),
    close,
    body: html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        close();
        merge(one, other);
      }}
    >
      <fieldset class="pick">
        <legend class="muted">${i18n.t('bulk.mergeStays')}</legend>
        ${people.map(
          (person, nth) =>
            html`<label
              ><input
                type="radio"
                name="stays"
                .checked=${nth === stays}
                @change=${() => choose(nth as 0 | 1)}
              /><span class="grow"
                ><b><bdi>${nameOf(person)}</bdi></b
                ><br /><span class="muted"
                  >${[i18n.phone(person.phone), person.email, i18n.date(person.created_at)].filter(Boolean).join(' · ')}</span
                ></span
              ></label
            >`,
        )}
      </fieldset>
      <p>
        ${i18n.t('bulk.mergeJoins', { name: nameOf(one), other: nameOf(other) })} ${i18n.t('bulk.mergeUndo')}
      </p>
      ${ends(i18n, close, html`<button class="button primary">${i18n.t('bulk.merge')}</button>`)}
    </form>`,
  });
}

export interface DeleteQuestion {
  i18n: I18n;
  title: string;
  hint: string;
  /** What has to be typed: whoever reads it knows what is lost. */
  words: string;
  typed: string;
  type: (typed: string) => void;
  remove: () => void;
  close: () => void;
}

export function deleteDialog({ i18n, title, hint, words, typed, type, remove, close }: DeleteQuestion) {
  const right = typed.trim().toLocaleLowerCase() === words.trim().toLocaleLowerCase();
  return modal({
    i18n,
    name: 'confirm-delete',
    title,
    close,
    body: html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        if (!right) return;
        close();
        remove();
      }}
    >
      <p class="muted">${hint}</p>
      <label
        >${i18n.t('bulk.deleteType', { words })}<input
          class="field"
          name="words"
          autocomplete="off"
          .value=${typed}
          @input=${(event: InputEvent) => type((event.target as HTMLInputElement).value)}
      /></label>
      ${ends(i18n, close, html`<button class="button danger" ?disabled=${!right}>${i18n.t('bulk.deleteNow')}</button>`)}
    </form>`,
  });
}

function ends(i18n: I18n, close: () => void, act: TemplateResult): TemplateResult {
  return html`<div class="end">
    <button class="button" type="button" @click=${close}>${i18n.t('bulk.cancel')}</button>
    ${act}
  </div>`;
}

export const pickStyles = css`
  .pick {
    display: grid;
    gap: 8px;
    margin: 4px 0;
    border: 0;
    padding: 0;
  }
  dialog .pick label {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 10px 12px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-m);
    color: var(--_text);
    font-size: var(--_text-m);
  }
  .pick input {
    accent-color: var(--_accent);
  }
`;
