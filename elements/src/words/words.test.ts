import { describe, expect, it } from 'vitest';
import { ar } from './ar.ts';
import { enBoard } from './en-board.ts';
import { enBuilder } from './en-builder.ts';
import { enContactsMore } from './en-contacts-more.ts';
import { enContacts } from './en-contacts.ts';
import { enFilter } from './en-filter.ts';
import { enImport } from './en-import.ts';
import { enMediaList } from './en-media-list.ts';
import { enMediaMore } from './en-media-more.ts';
import { enMedia } from './en-media.ts';
import { enMore } from './en-more.ts';
import { enNotifications } from './en-notifications.ts';
import { enPanel } from './en-panel.ts';
import { enPipeline } from './en-pipeline.ts';
import { enSendVideo } from './en-send-video.ts';
import { enTimeline } from './en-timeline.ts';
import { enUnread } from './en-unread.ts';
import { enRuns } from './en-runs.ts';
import { enWork } from './en-work.ts';
import { enWorkflows } from './en-workflows.ts';
import { en, type Word } from './en.ts';
import { addEnglish, formatPhone, I18n, localTime, zonedInstant } from './i18n.ts';

addEnglish(enMore);
addEnglish(enPipeline);
addEnglish(enTimeline);
addEnglish(enWork);
const english: Record<string, Word> = {
  ...en,
  ...enMore,
  ...enTimeline,
  ...enContacts,
  ...enContactsMore,
  ...enFilter,
  ...enImport,
  ...enMedia,
  ...enMediaList,
  ...enMediaMore,
  ...enBoard,
  ...enBuilder,
  ...enNotifications,
  ...enPanel,
  ...enPipeline,
  ...enSendVideo,
  ...enUnread,
  ...enWork,
  ...enRuns,
  ...enWorkflows,
};
const texts = (word: Word) => (typeof word === 'string' ? [word] : Object.values(word));
const holes = (word: Word) => new Set(texts(word).flatMap((text) => text.match(/\{\w+\}/g) ?? []));

describe('Arabic', () => {
  it('has every word, with the holes that the English one has', () => {
    expect(Object.keys(ar).toSorted()).toEqual(Object.keys(english).toSorted());
    for (const [key, word] of Object.entries(ar)) {
      for (const hole of holes(word)) expect(holes(english[key] as Word), key).toContain(hole);
    }
  });

  it('uses its six forms of a plural', () => {
    const i18n = new I18n('ar', ar);
    const forms = [1, 2, 3, 11].map((count) => i18n.t('newMessages', { count }));
    expect(new Set(forms).size).toBe(4);
  });
});

describe('words', () => {
  it('give way to own wordings', () => {
    const i18n = new I18n('en', {}, { title: 'Texts', 'newMessages.one': 'one more' });
    expect(i18n.t('title')).toBe('Texts');
    expect(i18n.t('newMessages', { count: 1 })).toBe('one more');
    expect(i18n.t('newMessages', { count: 2 })).toBe('2 new');
  });
});

describe('dates', () => {
  const now = Date.parse('2026-11-20T18:00:00Z');
  const i18n = new I18n('en', {}, {}, 'America/Chicago');
  it('are told as people tell them', () => {
    const plain = (text: string) => text.replaceAll('\u202f', ' ');
    expect(i18n.relative('2026-11-20T17:59:40Z', now)).toBe('now');
    expect(i18n.relative('2026-11-20T17:40:00Z', now)).toBe('20 min');
    expect(plain(i18n.relative('2026-11-20T07:00:00Z', now))).toBe('1:00 AM');
    expect(i18n.relative('2026-11-20T05:00:00Z', now)).toBe('Yesterday');
    expect(i18n.relative('2026-11-17T18:00:00Z', now)).toBe('Tue');
    expect(i18n.relative('2026-02-19T18:00:00Z', now)).toBe('Feb 19');
    expect(plain(i18n.moment('2026-11-20T17:58:00Z', undefined, now))).toBe('today at 11:58 AM');
    expect(plain(i18n.moment('2026-11-21T16:00:00Z', 'America/Chicago', now))).toBe('tomorrow at 10:00 AM');
  });

  it('do without a time zone that nobody knows', () => {
    expect(new I18n('en', {}, {}, 'Mars/Base').timeZone).toBeUndefined();
  });

  it('find the instant of a local time, also over a change of the clocks', () => {
    expect(zonedInstant('2026-11-20T09:00', 'America/Chicago').toISOString()).toBe(
      '2026-11-20T15:00:00.000Z',
    );
    expect(zonedInstant('2026-07-01T09:00', 'America/Chicago').toISOString()).toBe(
      '2026-07-01T14:00:00.000Z',
    );
    expect(zonedInstant('2026-03-08T03:30', 'America/Chicago').toISOString()).toBe(
      '2026-03-08T08:30:00.000Z',
    );
    expect(localTime(now, 'America/Chicago')).toBe('2026-11-20T12:00');
  });
});

describe('phone numbers', () => {
  it('are written as in their country', () => {
    expect(formatPhone('+13125550177')).toBe('(312) 555-0177');
    expect(formatPhone('+442079460018')).toBe('+44 207 946 0018');
    expect(formatPhone(null)).toBe('');
  });
});
