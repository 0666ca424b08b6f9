import { html, type TemplateResult } from 'lit';
import type { Contact } from '@patchbay/server-kit/contract';
import { icon } from '../../internal/icons-more.ts';
import type { I18n } from '../../words/i18n.ts';

type State = Contact['consent'][number];

/** How a consent was given or taken back: "by web form". */
export function consentBy(source: string | null, i18n: I18n): string {
  const key = `consentLog.by.${source ?? ''}`;
  return i18n.has(key) ? i18n.t(key) : (source ?? '');
}

/** What holds today, one sentence a channel: "Texts allowed since Nov 19, by web form". */
export function consentNow(consent: readonly State[], i18n: I18n): TemplateResult {
  return html`<ul class="now" part="now">
    ${consent.map((each) => {
      const [name, tone] = LOOKS[each.state];
      return html`<li class=${tone} part="state state-${each.state}">
        <span class="mark">${icon(name)}</span><span>${sentence(each, i18n)}</span>
      </li>`;
    })}
  </ul>`;
}

const LOOKS = {
  granted: ['check', 'good'],
  withdrawn: ['stop', 'bad'],
  unknown: ['clock', ''],
} as const;

function sentence({ channel: name, state, at, source }: State, i18n: I18n): string {
  const channel = i18n.t(`consent.${name}`);
  if (state === 'unknown') return i18n.t('consentLog.unknown', { channel });
  if (at === null || source === null) return i18n.t(`consentLog.${state}Plain`, { channel });
  const values = { channel, date: i18n.date(at), source: consentBy(source, i18n) };
  return i18n.t(`consentLog.${state}`, values);
}
