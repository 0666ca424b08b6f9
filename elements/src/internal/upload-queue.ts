/** Files on their way, above the others. Loaded with the first of them. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { fileSize, timeLeft } from './amounts.ts';
import { icon, type IconName } from './icons-more.ts';
import { why } from './parts.ts';
import type { Transfer } from '../stores/transfer.ts';
import type { UploadsStore } from '../stores/uploads.ts';
import { enMediaMore } from '../words/en-media-more.ts';
import type { WordKey } from '../words/en.ts';
import { addEnglish, type I18n } from '../words/i18n.ts';

export { uploadsOf } from '../stores/uploading.ts';

addEnglish(enMediaMore);

export const styles = css`
  .uploads {
    flex: none;
    max-height: 40%;
    overflow-y: auto;
    padding: 4px 16px;
    border-bottom: 1px solid var(--_line);
    background: var(--_surface-sunken);
  }
  .uploads header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-height: 30px;
    font-size: var(--_text-s);
  }
  .uploads h2 {
    font-size: inherit;
    font-weight: 600;
  }
  .transfer {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    column-gap: 10px;
    padding-block: 6px;
  }
  .transfer + .transfer {
    border-top: 1px solid var(--_line);
  }
  .transfer .says {
    font-size: var(--_text-s);
    color: var(--_text-muted);
  }
  .transfer.bad .says {
    color: var(--_bad);
  }
  .transfer.good .says {
    color: var(--_good);
  }
  .transfer .warn {
    color: var(--_warn);
    font-size: var(--_text-s);
  }
  .transfer progress {
    appearance: none;
    display: block;
    width: 100%;
    height: 4px;
    margin-block: 5px 3px;
    border: 0;
    border-radius: 4px;
    overflow: hidden;
    background: var(--_line);
  }
  .transfer progress::-webkit-progress-bar {
    background: var(--_line);
  }
  .transfer progress::-webkit-progress-value {
    border-radius: 4px;
    background: var(--_accent);
    transition: width var(--_motion);
  }
  .transfer progress::-moz-progress-bar {
    background: var(--_accent);
  }
  .transfer .tool {
    width: 36px;
    height: 36px;
  }
`;

export interface QueueContext {
  i18n: I18n;
  store: UploadsStore;
  /** Opens the browser's dialog for files. */
  choose: () => void;
}

export function uploadQueue({ i18n, store, choose }: QueueContext): TemplateResult | typeof nothing {
  const items = store.items.filter(({ purpose }) => purpose !== 'poster');
  if (items.length === 0) return nothing;
  const ended = items.some(({ state }) => state === 'done' || state === 'refused');
  return html`<section class="uploads" part="uploads" aria-label=${i18n.t('uploads')} tabindex="0">
    <header>
      <h2>${i18n.t('uploads')}</h2>
      ${
        ended
          ? html`<button class="link" @click=${() => store.clear()}>${i18n.t('upload.clear')}</button>`
          : nothing
      }
    </header>
    ${items.map((transfer) => transferRow(transfer, { i18n, store, choose }))}
  </section>`;
}

export function transferRow(transfer: Transfer, { i18n, store, choose }: QueueContext): TemplateResult {
  const { id, name, state, sent, size, plays, asset } = transfer;
  const look = state === 'refused' || state === 'failed' ? 'bad' : state === 'done' ? 'good' : '';
  const act = (word: WordKey, picture: IconName, press: () => void) =>
    html`<button
      class="tool"
      title=${i18n.t(word, { name })}
      aria-label=${i18n.t(word, { name })}
      @click=${press}
    >
      ${icon(picture)}
    </button>`;
  const over = state === 'done' || state === 'refused';
  return html`<div class="transfer ${look}" part="transfer" data-state=${state} data-id=${id}>
    <div>
      <div class="ell"><bdi>${asset?.name ?? name}</bdi></div>
      ${
        over
          ? nothing
          : html`<progress
              max=${size}
              .value=${state === 'checking' ? size : sent}
              aria-label=${i18n.t('upload.progress', { name })}
            ></progress>`
      }
      <div class="says num" role=${look === 'bad' ? 'alert' : nothing}>${saying(transfer, i18n)}</div>
      ${plays && asset?.plays !== 'some' ? nothing : html`<div class="warn">${i18n.t('upload.noPicture')}</div>`}
    </div>
    <div class="row">
      ${
        state === 'uploading' || state === 'waiting' || state === 'offline'
          ? act('upload.pause', 'pause', () => store.pause(id))
          : nothing
      }
      ${state === 'paused' ? act('upload.resume', 'play', () => store.resume(id)) : nothing}
      ${state === 'failed' ? act('upload.retry', 'undo', () => store.resume(id)) : nothing}
      ${
        state === 'away'
          ? html`<button class="button" @click=${choose}>${i18n.t('upload.choose')}</button>`
          : nothing
      }
      ${act(over ? 'upload.dismiss' : 'upload.cancel', 'x', () => void store.cancel(id))}
    </div>
  </div>`;
}

function saying({ state, sent, size, speed, secondsLeft, error, resumed }: Transfer, i18n: I18n): string {
  const amounts = { sent: fileSize(sent, i18n.locale), size: fileSize(size, i18n.locale) };
  if (state === 'refused' || state === 'failed')
    return `${i18n.t(`upload.${state}`)}. ${size === 0 ? i18n.t('upload.empty') : why(i18n, error)}`;
  if (state === 'done') return i18n.t(resumed ? 'upload.doneResumed' : 'upload.done');
  const words = i18n.t(`upload.${state}`, amounts);
  if (state !== 'uploading' || speed === null || secondsLeft === null) return words;
  const rate = { speed: fileSize(speed, i18n.locale), left: timeLeft(secondsLeft, i18n.locale) };
  return `${words} · ${i18n.t('upload.rate', rate)}`;
}
