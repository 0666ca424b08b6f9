/**
 * Keys are paths with `/`, of characters that every disk and bucket takes as they are. flydrive normalises others without a
 * word (`a.../b` becomes `a../b`), and what was stored would not be what is found.
 */
const PART = String.raw`[A-Za-z0-9_!-]+(\.[A-Za-z0-9_!-]+)*`;
const KEY = new RegExp(`^${PART}(/${PART})*$`);
const LONGEST = 512;

/** Where uploads are until they are finished, beside the files themselves: renaming works within one disk only. */
export const UPLOADS = 'uploads/';

/** `videos/{tenant}/{id}.mp4`. Tenant ids may hold `.` and `:`, which become `!2e` and `!3a`. */
export function mediaKey(folder: 'videos' | 'files', tenant: string, id: string, extension: string): string {
  const place = tenant.replaceAll(/[^A-Za-z0-9_-]/g, (sign) => `!${sign.charCodeAt(0).toString(16)}`);
  return checkedKey(`${folder}/${place}/${id}.${extension}`);
}

/** Keys come from our own rows: another one is a mistake in the code, or a try to leave the folder. */
export function checkedKey(key: string): string {
  if (key.length > LONGEST || !KEY.test(key)) {
    throw new TypeError(`${JSON.stringify(key.slice(0, 80))} is no key of a media storage.`);
  }
  return key;
}

/** Of `list`: a folder, with or without its `/`; empty for everything. */
export function checkedPrefix(prefix: string): string {
  const folder = prefix.replace(/\/$/, '');
  return folder === '' ? '' : `${checkedKey(folder)}/`;
}
