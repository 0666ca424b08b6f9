/** Conditions that are not about a field: consent, what happened, conversations, segments. */
import { html, nothing, type TemplateResult } from 'lit';
import type {
  ConsentCondition,
  ConversationCondition,
  EventCondition,
  NoEventCondition,
  Segment,
  SegmentCondition,
} from '@patchbay/server-kit/contract';
import {
  CHANNELS,
  CONVERSATION_STATES,
  EVENT_TYPES,
  FILTER_LIMITS,
} from '@patchbay/server-kit/contract/names';
import type { Draft } from '../../stores/filter-model.ts';
import type { I18n } from '../../words/i18n.ts';
import { count, periodEditor, select, type Choice } from './points.ts';
import type { Known } from './values.ts';

type Change = (condition: Draft) => void;

export interface OtherContext extends Known {
  i18n: I18n;
  segments: readonly Segment[];
  /** The segment that is edited cannot ask for itself. */
  self: string | null;
}

const PATTERNS = ['message.*', 'contact.*', 'conversation.*', 'consent.*'];

/**
 * What has words to ask for it, and what is asked for already. Not all that happens is about a contact, and entering and
 * leaving segments cannot be asked for: a segment could change itself for ever.
 */
function eventChoices(i18n: I18n, asked: string): Choice[] {
  return [...EVENT_TYPES, ...PATTERNS].flatMap((value) => {
    const key = `on.${value}`;
    if (i18n.has(key)) return [{ value, label: i18n.t(key) }];
    return value === asked ? [{ value, label: value }] : [];
  });
}

export function otherEditor(condition: Draft, context: OtherContext, change: Change): unknown {
  if ('consent' in condition) return consent(condition, context.i18n, change);
  if ('event' in condition) return event(condition, context.i18n, change);
  if ('no_event' in condition) return noEvent(condition, context.i18n, change);
  if ('conversation' in condition) return conversation(condition, context, change);
  if ('segment' in condition) return segment(condition, context, change);
  return nothing;
}

function consent(
  { consent: { channel, state } }: ConsentCondition,
  i18n: I18n,
  change: Change,
): TemplateResult {
  type Consent = ConsentCondition['consent'];
  const put = (more: Partial<Consent>) => change({ consent: { channel, state, ...more } });
  const channels = CHANNELS.map((value) => ({ value, label: i18n.t(`consent.${value}`) }));
  const states = (['granted', 'withdrawn', 'unknown'] as const).map((value) => ({
    value,
    label: i18n.t(`builder.${value}`),
  }));
  return html`<span class="values">
    ${select(i18n.t('builder.channel'), channel, channels, (value) => put({ channel: value as Consent['channel'] }))}
    ${select(i18n.t('builder.state'), state, states, (value) => put({ state: value as Consent['state'] }))}
  </span>`;
}

type Often = 'once' | 'at_least' | 'at_most' | 'exactly' | 'range';

function event({ event: given }: EventCondition, i18n: I18n, change: Change): TemplateResult {
  const { type, within, at_least, at_most, exactly } = given;
  const often: Often =
    exactly !== undefined
      ? 'exactly'
      : at_least !== undefined
        ? at_most === undefined
          ? 'at_least'
          : 'range'
        : at_most === undefined
          ? 'once'
          : 'at_most';
  const times = (next: Often, low: number, high: number) =>
    ({
      once: {},
      at_least: { at_least: Math.max(1, low) },
      at_most: { at_most: high },
      exactly: { exactly: high },
      range: { at_least: Math.max(1, low), at_most: high },
    })[next];
  const low = at_least ?? 1;
  const high = at_most ?? exactly ?? at_least ?? 1;
  const put = (more: {
    type?: string;
    often?: Often;
    low?: number;
    high?: number;
    within?: EventCondition['event']['within'] | null;
  }) => {
    const period = more.within === null ? undefined : (more.within ?? within);
    change({
      event: {
        type: more.type ?? type,
        ...times(more.often ?? often, more.low ?? low, more.high ?? high),
        ...(period !== undefined && { within: period }),
      },
    });
  };
  const oftens = (['once', 'at_least', 'at_most', 'exactly', 'range'] as const).map((value) => ({
    value,
    label: i18n.t(`builder.${value}`),
  }));
  const number = (value: number, key: 'low' | 'high') =>
    count(i18n.t('builder.number'), value, FILTER_LIMITS.count, (next) => put({ [key]: next }));
  const whens = [
    { value: 'ever', label: i18n.t('builder.ever') },
    { value: 'period', label: i18n.t('builder.period') },
  ];
  return html`<span class="values">
    ${select(i18n.t('builder.event'), type, eventChoices(i18n, type), (value) => put({ type: value }))}
    ${select(i18n.t('builder.often'), often, oftens, (value) => put({ often: value as Often }))}
    ${often === 'at_least' || often === 'range' ? number(low, 'low') : nothing}
    ${often === 'range' ? html`<span>${i18n.t('builder.and')}</span>` : nothing}
    ${often === 'at_most' || often === 'exactly' || often === 'range' ? number(high, 'high') : nothing}
    ${often === 'once' ? nothing : html`<span>${i18n.t('builder.times')}</span>`}
    ${select(i18n.t('builder.when'), within === undefined ? 'ever' : 'period', whens, (value) =>
      put({ within: value === 'ever' ? null : { last: 7, unit: 'days' } }),
    )}
    ${within === undefined ? nothing : periodEditor(i18n, within, (period) => put({ within: period }))}
  </span>`;
}

function noEvent(
  { no_event: { type, since } }: NoEventCondition,
  i18n: I18n,
  change: Change,
): TemplateResult {
  return html`<span class="values">
    ${select(i18n.t('builder.no_event'), type, eventChoices(i18n, type), (value) => change({ no_event: { type: value, since } }))}
    <span>${i18n.t('builder.since')}</span>
    ${select(i18n.t('builder.since'), since, eventChoices(i18n, since), (value) => change({ no_event: { type, since: value } }))}
  </span>`;
}

/** What a choice says of something that may also be left open. */
const ANY = '*';
const NOBODY = '-';

function conversation(
  { conversation: given }: ConversationCondition,
  { i18n, members }: OtherContext,
  change: Change,
): TemplateResult {
  type Conversation = ConversationCondition['conversation'];
  const put = (more: { [K in keyof Conversation]?: Conversation[K] | undefined }) =>
    change({
      conversation: Object.fromEntries(
        Object.entries({ ...given, ...more }).filter(([, value]) => value !== undefined),
      ) as Conversation,
    });
  const any = { value: ANY, label: i18n.t('builder.any') };
  const channels = [
    any,
    ...CHANNELS.map((value) => ({ value: value as string, label: i18n.t(`channel.${value}`) })),
  ];
  const states = [
    any,
    ...CONVERSATION_STATES.map((value) => ({ value: value as string, label: i18n.t(`section.${value}`) })),
  ];
  const unread = [
    any,
    { value: 'true', label: i18n.t('builder.unread') },
    { value: 'false', label: i18n.t('builder.read') },
  ];
  const assignees = [
    any,
    { value: NOBODY, label: i18n.t('builder.nobody') },
    ...members.map(({ id, name }) => ({ value: id, label: name })),
  ];
  const { assignee } = given;
  return html`<span class="values">
    ${select(i18n.t('builder.channel'), given.channel ?? ANY, channels, (value) =>
      put({ channel: value === ANY ? undefined : (value as Conversation['channel']) }),
    )}
    ${select(i18n.t('builder.state'), given.state ?? ANY, states, (value) =>
      put({ state: value === ANY ? undefined : (value as Conversation['state']) }),
    )}
    ${select(
      i18n.t('builder.unread'),
      given.unread === undefined ? ANY : String(given.unread),
      unread,
      (value) => put({ unread: value === ANY ? undefined : value === 'true' }),
    )}
    ${select(
      i18n.t('builder.assignee'),
      assignee === undefined ? ANY : (assignee ?? NOBODY),
      assignees,
      (value) => put({ assignee: value === ANY ? undefined : value === NOBODY ? null : value }),
    )}
  </span>`;
}

function segment(
  { segment: { id } }: SegmentCondition,
  { i18n, segments, self }: OtherContext,
  change: Change,
): TemplateResult {
  const choices = [
    { value: '', label: i18n.t('builder.choose') },
    ...segments.filter((one) => one.id !== self).map((one) => ({ value: one.id, label: one.name })),
  ];
  return select(i18n.t('builder.segment'), id, choices, (value) => change({ segment: { id: value } }));
}
