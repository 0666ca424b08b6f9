import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MmsRules } from '../carriers/carrier.ts';
import { TWILIO_MMS } from '../carriers/twilio/mms.ts';
import type { SendAs } from '../contract/index.ts';
import { waysOf, type Route, type Sendable } from './mms.ts';

const SEED = 20261122;
const KB = 1024;
const MB = 1024 * KB;
const HOME: Route = { from: '+13125550100', to: '+14165550177', others: 0 };

const file = (content_type: string, size: number, more: Partial<Sendable & { as: SendAs }> = {}) => ({
  name: 'file',
  content_type,
  size,
  video_codec: null,
  poster_type: null,
  poster_size: null,
  as: 'auto' as SendAs,
  ...more,
});
const H264 = { video_codec: 'avc1.42E01E' };
const POSTER = { poster_type: 'image/jpeg', poster_size: 60 * KB };
const ways = (files: ReturnType<typeof file>[], route: Partial<Route> = {}, rules: MmsRules = TWILIO_MMS) =>
  waysOf(rules, { ...HOME, ...route }, files).map((way) =>
    way.as === 'link' && way.picture ? 'picture' : way.as,
  );

describe('how a file goes', () => {
  it.each([
    ['a photo', file('image/jpeg', 5 * MB), 'attachment'],
    ['a photo that is too large', file('image/png', 5 * MB + 1), 'link'],
    ['a short film', file('video/mp4', 500 * KB, H264), 'attachment'],
    ['a long film', file('video/mp4', 500 * KB + 1, H264), 'link'],
    ['a long film with a poster', file('video/mp4', 80 * MB, { ...H264, ...POSTER }), 'picture'],
    [
      'a film that not every phone plays',
      file('video/mp4', 100 * KB, { video_codec: 'hvc1.1.6.L93' }),
      'link',
    ],
    ['an iPhone’s film', file('video/quicktime', 100 * KB, H264), 'link'],
    ['a browser’s film', file('video/webm', 100 * KB, { video_codec: 'vp8' }), 'link'],
    ['an iPhone’s photo', file('image/heic', 100 * KB), 'link'],
    ['a PDF', file('application/pdf', 100 * KB), 'link'],
    ['a PDF that somebody insists on', file('application/pdf', 100 * KB, { as: 'attachment' }), 'attachment'],
    ['a photo as a link', file('image/jpeg', 100 * KB, { as: 'link', ...POSTER }), 'link'],
    [
      'a film whose poster is no picture of a phone’s',
      file('video/mp4', 9 * MB, { ...POSTER, poster_type: 'image/webp' }),
      'link',
    ],
  ])('%s', (_, one, expected) => {
    expect(ways([one])).toEqual([expected]);
  });

  it.each(['+447700900123', '+18765550123', '+12425550123', '+491701234567'])(
    'to %s everything is a link, without a picture',
    (to) => {
      const all = [file('image/jpeg', KB), file('video/mp4', 9 * MB, POSTER)];
      expect(ways(all, { to })).toEqual(['link', 'link']);
      expect(() => ways([file('image/jpeg', KB, { as: 'attachment' })], { to })).toThrow(/Send a link/);
    },
  );

  it('what somebody insists on comes first, then what may be attached, then pictures beside links', () => {
    const photo = file('image/jpeg', 3 * MB);
    expect(ways([photo, { ...photo, as: 'attachment' }])).toEqual(['link', 'attachment']);
    const film = file('video/mp4', 9 * MB, { ...POSTER, poster_size: 3 * MB });
    expect(ways([film, photo])).toEqual(['link', 'attachment']);
  });

  it('there are no more files than the carrier takes, and no more bytes', () => {
    const twelve = Array.from({ length: 12 }, () => file('image/jpeg', KB));
    expect(ways(twelve).filter((way) => way === 'attachment')).toHaveLength(10);
    expect(ways(twelve, { others: 4 }).filter((way) => way === 'attachment')).toHaveLength(6);
  });

  it('refuses what cannot be attached, with what to do', () => {
    const insist = { as: 'attachment' } as const;
    expect(() => ways([file('image/jpeg', 3 * MB, insist), file('image/jpeg', 3 * MB, insist)])).toThrow(
      /as links/,
    );
    expect(() => ways([file('video/webm', MB, insist)])).toThrow(/has 1 MB.*at most 500 KB.*Send a link/);
    expect(() => ways([file('video/x-msvideo', KB, insist)])).toThrow(/no files of the type.*Send a link/);
  });

  it('never exceeds what the carrier takes, whatever is asked for', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 600 * KB }), fc.integer({ min: 1, max: 6 * MB }));
    const type = fc.constantFrom(...Object.keys(TWILIO_MMS.types), 'image/webp', 'text/html');
    const one = fc.record({
      name: fc.constant('file'),
      content_type: type,
      size,
      video_codec: fc.constantFrom('avc1.42E01E', null),
      poster_type: fc.option(type),
      poster_size: fc.option(size),
      as: fc.constantFrom<SendAs>('auto', 'auto', 'auto', 'link', 'attachment'),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 10 }), fc.nat(3), (files, others) => {
        let decided;
        try {
          decided = waysOf(TWILIO_MMS, { ...HOME, others }, files);
        } catch (error) {
          expect(files.some(({ as }) => as === 'attachment')).toBe(true);
          expect(error).toMatchObject({ code: 'file_refused' });
          return;
        }
        let bytes = 0;
        let count = others;
        for (const [nth, way] of decided.entries()) {
          const { content_type, size, poster_type, poster_size, as } = files[nth]!;
          if (way.as !== as) expect(as).toBe('auto');
          if (way.as === 'link' && !way.picture) continue;
          const [sent, weight] =
            way.as === 'attachment' ? [content_type, size] : [poster_type ?? '', poster_size ?? Infinity];
          expect(weight).toBeLessThanOrEqual(TWILIO_MMS.types[sent]!.bytes);
          bytes += weight;
          count += 1;
        }
        expect(bytes).toBeLessThanOrEqual(TWILIO_MMS.bytes);
        expect(count).toBeLessThanOrEqual(TWILIO_MMS.files);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });
});
