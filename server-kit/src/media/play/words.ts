/** What the play page says, in the languages of the elements. `{business}` and the like are filled in. */
import type { AssetKind } from '../../contract/index.ts';

const en = {
  from: {
    video: 'A video from {business}',
    picture: 'A picture from {business}',
    document: 'A document from {business}',
    audio: 'A recording from {business}',
  } satisfies Record<AssetKind, string>,
  play: 'Play {title}',
  open: 'Open',
  openPicture: 'Open the picture: {title}',
  download: 'Download',
  captions: 'Captions',
  unplayable: 'This browser cannot play it. Open the link in another browser, or on your phone.',
  endedTitle: 'This link has ended',
  ended: 'Ask {business} for a new one.',
  preparingTitle: 'Not quite ready',
  preparing: 'It is still being prepared. Open the link again in a few minutes.',
  lostTitle: 'The file is not there',
  lost: 'Something went wrong on our side. Ask {business} to send it again.',
  busyTitle: 'Just a moment',
  busy: 'The file cannot be reached at the moment. Open the link again in a minute.',
  invalidTitle: 'This link is not valid',
  invalid: 'Perhaps a part of it is missing. Open it again from the message that it came in.',
};
export type PageWords = typeof en;

const ar: PageWords = {
  from: {
    video: 'فيديو من {business}',
    picture: 'صورة من {business}',
    document: 'مستند من {business}',
    audio: 'تسجيل من {business}',
  },
  play: 'تشغيل {title}',
  open: 'فتح',
  openPicture: 'فتح الصورة: {title}',
  download: 'تنزيل',
  captions: 'الترجمة النصية',
  unplayable: 'لا يستطيع هذا المتصفح تشغيله. افتح الرابط في متصفح آخر أو على هاتفك.',
  endedTitle: 'انتهت صلاحية هذا الرابط',
  ended: 'اطلب رابطًا جديدًا من {business}.',
  preparingTitle: 'ليس جاهزًا بعد',
  preparing: 'ما زال قيد التجهيز. افتح الرابط مرة أخرى بعد بضع دقائق.',
  lostTitle: 'الملف غير موجود',
  lost: 'حدث خطأ من جانبنا. اطلب من {business} إرساله مرة أخرى.',
  busyTitle: 'لحظة من فضلك',
  busy: 'لا يمكن الوصول إلى الملف الآن. افتح الرابط مرة أخرى بعد دقيقة.',
  invalidTitle: 'هذا الرابط غير صالح',
  invalid: 'ربما ينقصه جزء. افتحه مرة أخرى من الرسالة التي وصل فيها.',
};

const LANGUAGES: Record<string, PageWords> = { en, ar };
const RIGHT_TO_LEFT = new Set(['ar']);

export interface Language {
  code: string;
  direction: 'ltr' | 'rtl';
  words: PageWords;
}

/** That of a business's locale, as `ar-EG`; English where we have none. */
export function languageOf(locale: string | null): Language {
  const asked = (locale ?? 'en').split(/[-_]/)[0]!.toLowerCase();
  const code = Object.hasOwn(LANGUAGES, asked) ? asked : 'en';
  return { code, direction: RIGHT_TO_LEFT.has(code) ? 'rtl' : 'ltr', words: LANGUAGES[code]! };
}

export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}
