/**
 * What Twilio takes into a message. Pictures of three kinds it makes smaller itself until the receiving carrier takes them;
 * everything else goes on as it is, and 500 KB is what all American carriers take.
 * https://www.twilio.com/docs/messaging/guides/accepted-mime-types
 * https://support.twilio.com/hc/en-us/articles/360018832773 (sizes by carrier: 0.6 to 1.5 MB)
 */
import type { MmsRules } from '../carrier.ts';

const MB = 1024 * 1024;
const ANY_CARRIER = 500 * 1024;

const resized = { bytes: 5 * MB, shows: true } as const;
/** Taken and passed on, and then many a phone shows nothing: only for whoever asks for it. */
const passedOn = { bytes: ANY_CARRIER, shows: false } as const;

export const TWILIO_MMS: MmsRules = {
  files: 10,
  // https://www.twilio.com/docs/api/errors/11751
  bytes: 5 * MB,
  types: {
    'image/jpeg': resized,
    'image/png': resized,
    'image/gif': resized,
    'video/mp4': { bytes: ANY_CARRIER, shows: /^avc[13]/ },
    'video/quicktime': passedOn,
    'video/webm': passedOn,
    'video/mpeg': passedOn,
    'video/3gpp': passedOn,
    'image/heic': passedOn,
    'image/heif': passedOn,
    'image/tiff': passedOn,
    'image/bmp': passedOn,
    'audio/mpeg': passedOn,
    'audio/mp4': passedOn,
    'audio/ogg': passedOn,
    'audio/amr': passedOn,
    'audio/3gpp': passedOn,
    'audio/webm': passedOn,
    'application/pdf': passedOn,
  },
  reaches: (from, to) => isMainland(to) && (isMainland(from) || /^\d{5,6}$/.test(from)),
  refusals: new Set(['11200', '11751', '12300', '21620', '21623', '30011', '30019', '63019']),
  unsupported: new Set(['30011']),
};

/**
 * Countries and territories with +1 besides the United States and Canada, where pictures do not get through.
 * https://nationalnanpa.com/area_codes
 */
const ISLANDS = new Set(
  (
    '242 246 264 268 284 340 345 441 473 649 658 664 670 671 684 721 758 767 784 787 809 829 849 868 869 876 ' +
    '939'
  ).split(' '),
);

function isMainland(address: string): boolean {
  const area = /^\+1(\d{3})\d{7}$/.exec(address)?.[1];
  return area !== undefined && !ISLANDS.has(area);
}
