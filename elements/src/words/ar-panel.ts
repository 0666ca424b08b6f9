import type { Word } from './en.ts';
import type { enPanel } from './en-panel.ts';
import type { enPerson } from './en-person.ts';

/** Arabic for what the contact panel can do beyond its fields. */
export const arPanel: Record<Exclude<keyof typeof enPanel, keyof typeof enPerson>, Word> = {
  'address.addPhone': 'إضافة رقم',
  'address.addEmail': 'إضافة بريد',
  'address.phone': 'الرقم',
  'address.email': 'البريد الإلكتروني',
  'address.label': 'تسمية، مثل «العمل»',
  'address.first': 'جعله الأول',
  'address.noOwner': 'تعذّر العثور على صاحبه. ابحث عنه بين كل الأشخاص.',
  'error.address': 'لم يُحفظ.',
  'panel.maybe': 'قد يكون الشخص نفسه',
  'panel.same.phone': 'الرقم نفسه',
  'panel.same.email': 'البريد نفسه',
  'panel.same.name_and_birthday': 'الاسم وتاريخ الميلاد نفسهما',
  'panel.open': 'افتح {name}',
  'panel.mergeWith': 'دمج مع {name}',
  'panel.profile': 'الملف الشخصي',
  'panel.delete': 'حذف جهة الاتصال',
  'panel.deleteTitle': 'حذف {name}؟',
  'panel.deleteHint':
    'تُحذف أيضًا محادثات هذا الشخص ورسائله ومهامه وملاحظاته وبطاقاته. يبقى ما قيل عن الموافقة كي يُحفظ إلغاء الاشتراك. لا يمكن التراجع عن ذلك.',
  'panel.nameless': 'هذا الشخص',
  'error.delete': 'لم تُحذف جهة الاتصال.',
  'consent.channel': 'بشأن',
  'consent.source': 'مصدر المعرفة',
  'consent.given': 'تاريخ الموافقة',
  'consent.expires': 'صالحة حتى',
  'consent.proofLink': 'رابط الإثبات، مثل نموذج موقّع',
  'consent.recording': 'تسجيل الموافقة',
};
