import { describe, expect, it } from 'vitest';
import { SetupError } from './errors.ts';
import { createServerKit, type ServerKitOptions } from './kit.ts';
import { fakeCarrier } from './testing/carrier.ts';

const good: ServerKitOptions = {
  database: 'postgres://localhost/none',
  publicUrl: 'https://portal.example.com/crm',
  secret: 'x'.repeat(32),
  carrier: fakeCarrier(),
};

describe('createServerKit', () => {
  it('opens nothing before it is needed', async () => {
    await createServerKit(good).close();
  });

  it.each<[string, Partial<Record<keyof ServerKitOptions, unknown>>, RegExp]>([
    ['no secret', { secret: undefined }, /32 characters/],
    ['a short secret', { secret: 'hunter2' }, /it has 7/],
    ['no public URL', { publicUrl: undefined }, /publicUrl is missing/],
    ['a relative public URL', { publicUrl: '/crm' }, /absolute/],
    ['a public URL without scheme', { publicUrl: 'portal.example.com/crm' }, /absolute/],
    ['another scheme', { publicUrl: 'ftp://portal.example.com/crm' }, /absolute/],
    ['a trailing slash', { publicUrl: 'https://portal.example.com/crm/' }, /slash/],
    ['a query', { publicUrl: 'https://portal.example.com/crm?x=1' }, /\? or #/],
    ['a bare question mark', { publicUrl: 'https://portal.example.com/crm?' }, /\? or #/],
    ['a fragment', { publicUrl: 'https://portal.example.com/crm#x' }, /\? or #/],
    ['a password in the URL', { publicUrl: 'https://me:secret@portal.example.com/crm' }, /password/],
    ['an empty path part', { publicUrl: 'https://portal.example.com//crm' }, /empty part/],
    ['a mount path of the kit’s own', { publicUrl: 'https://portal.example.com/v1' }, /own paths/],
    ['no carrier', { carrier: undefined }, /twilioCarrier/],
    ['a carrier that is none', { carrier: {} }, /twilioCarrier/],
    ['a CORS origin with a path', { cors: ['https://app.example.com/'] }, /origin/],
    ['a CORS star', { cors: ['*'] }, /origin/],
    ['a database that is no address', { database: 'localhost:5432' }, /postgres:\/\//],
  ])('says what to mend: %s', (_name, mistake, words) => {
    const create = () => createServerKit({ ...good, ...mistake } as ServerKitOptions);
    expect(create).toThrow(SetupError);
    expect(create).toThrow(words);
  });

  it('refuses a schema name that Postgres would fold or cut, when it opens', async () => {
    const kit = createServerKit({
      ...good,
      database: { url: 'postgres://localhost/none', schema: 'My-Schema' },
    });
    await expect(kit.migrate()).rejects.toThrow(/lower-case/);
    await kit.close();
  });

  it('does not repeat a database password in an error', () => {
    expect(() => createServerKit({ ...good, database: 'mysql://root:hunter2@db/x' })).not.toThrow(/hunter2/);
  });
});
