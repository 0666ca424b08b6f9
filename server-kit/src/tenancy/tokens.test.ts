import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { SetupError } from '../errors.ts';
import { tokenKeeper } from './tokens.ts';

const SECRET = 'a secret of the tests, long enough for anyone';
const NOW = new Date('2026-11-21T09:30:00Z');
const seconds = NOW.getTime() / 1000;
const keeper = tokenKeeper({ secret: SECRET, clock: () => NOW });
const ana = { tenant: 'acme', member: { id: 'u1', name: 'Ana' }, role: 'agent' } as const;

describe('a token that the kit minted', () => {
  it('says who its bearer is, for fifteen minutes', async () => {
    expect(await keeper.verify(await keeper.mint(ana))).toEqual({
      ...ana,
      expiresAt: new Date('2026-11-21T09:45:00Z'),
    });
  });

  it('lasts as long as the host asked', async () => {
    const session = await keeper.verify(await keeper.mint({ ...ana, expiresIn: 60 }));
    expect(session.expiresAt).toEqual(new Date('2026-11-21T09:31:00Z'));
  });

  it('ends to the second', async () => {
    const token = await keeper.mint({ ...ana, expiresIn: 60 });
    const at = (offset: number) =>
      tokenKeeper({ secret: SECRET, clock: () => new Date(NOW.getTime() + offset) });
    await expect(at(59_000).verify(token)).resolves.toMatchObject({ tenant: 'acme' });
    await expect(at(60_000).verify(token)).rejects.toMatchObject({ code: 'token_expired' });
  });

  it.each([
    [{ tenant: '' }, /tenant/],
    [{ tenant: 'a b' }, /tenant/],
    [{ tenant: 'x'.repeat(64) }, /tenant/],
    [{ member: { id: '', name: 'Ana' } }, /member\.id/],
    [{ member: { id: 'u\0', name: 'Ana' } }, /member\.id/],
    [{ member: { id: 'u1', name: '' } }, /member\.name/],
    [{ role: 'owner' }, /role/],
    [{ expiresIn: 0 }, /seconds/],
    [{ expiresIn: 90_000 }, /seconds/],
    [{ expiresIn: Number.NaN }, /seconds/],
  ])('is not minted from %j', async (mistake, words) => {
    const minted = keeper.mint({ ...ana, ...mistake } as never);
    await expect(minted).rejects.toThrow(SetupError);
    await expect(minted).rejects.toThrow(words);
  });
});

/** Signs whatever it is given, as somebody would who knows the format. */
function forge(header: object, payload: unknown, secret: string | Buffer = SECRET, hash = 'sha256'): string {
  const part = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

const header = { alg: 'HS256', typ: 'JWT' };
const claims = {
  iss: 'patchbay',
  aud: 'patchbay',
  sub: 'u1',
  tenant: 'acme',
  name: 'Ana',
  role: 'agent',
  iat: seconds,
  exp: seconds + 900,
};
const without = (name: keyof typeof claims) =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
const genuine = forge(header, claims);
const [head, body, signature] = genuine.split('.') as [string, string, string];
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' });

const FORGERIES: [string, string | Promise<string>][] = [
  ['nothing', ''],
  ['one word', 'token'],
  ['two parts', `${head}.${body}`],
  ['four parts', `${genuine}.x`],
  ['empty parts', '..'],
  ['no signature', `${head}.${body}.`],
  ['a shortened signature', `${head}.${body}.${signature.slice(0, -2)}`],
  ['a changed signature', `${head}.${body}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`],
  ['another token’s signature', `${head}.${body}.${forge(header, { ...claims, sub: 'u2' }).split('.')[2]}`],
  [
    'a changed body',
    `${head}.${Buffer.from(JSON.stringify({ ...claims, tenant: 'other' })).toString('base64url')}.${signature}`,
  ],
  ['a body that is no JSON', forge(header, '{')],
  ['a body that is an array', forge(header, [claims])],
  ['a body that is null', forge(header, null)],
  ['a header that is no JSON', `${Buffer.from('{').toString('base64url')}.${body}.${signature}`],
  ['alg none', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`],
  ['alg None', `${Buffer.from('{"alg":"None"}').toString('base64url')}.${body}.`],
  ['alg none with a signature', forge({ alg: 'none' }, claims)],
  ['no alg', forge({ typ: 'JWT' }, claims)],
  ['HS384', forge({ alg: 'HS384' }, claims, SECRET, 'sha384')],
  ['HS512', forge({ alg: 'HS512' }, claims, SECRET, 'sha512')],
  ['RS256', new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)],
  ['a public key taken for a secret', forge(header, claims, pem)],
  ['another secret', forge(header, claims, 'another secret that is long enough for it')],
  ['an empty secret', forge(header, claims, '')],
  ['the secret with a space', forge(header, claims, `${SECRET} `)],
  ['an unknown critical header', forge({ ...header, crit: ['b64'], b64: false }, claims)],
  ['no exp', forge(header, without('exp'))],
  ['exp as text', forge(header, { ...claims, exp: 'tomorrow' })],
  ['no iat', forge(header, without('iat'))],
  ['not valid yet', forge(header, { ...claims, nbf: seconds + 60 })],
  ['no issuer', forge(header, without('iss'))],
  ['another issuer', forge(header, { ...claims, iss: 'someone' })],
  ['no audience', forge(header, without('aud'))],
  ['another audience', forge(header, { ...claims, aud: ['someone'] })],
  ['no member', forge(header, without('sub'))],
  ['an empty member', forge(header, { ...claims, sub: '' })],
  ['no tenant', forge(header, without('tenant'))],
  ['a tenant as list', forge(header, { ...claims, tenant: ['acme'] })],
  ['a tenant with a quote', forge(header, { ...claims, tenant: "acme'--" })],
  ['a tenant with NUL', forge(header, { ...claims, tenant: 'acme\0' })],
  ['no name', forge(header, without('name'))],
  ['a name that is too long', forge(header, { ...claims, name: 'x'.repeat(201) })],
  ['no role', forge(header, without('role'))],
  ['an unknown role', forge(header, { ...claims, role: 'owner' })],
];

describe('a token that the kit did not mint', () => {
  it('would be taken if it were right (so that the cases below fail for their own reason)', async () => {
    await expect(keeper.verify(genuine)).resolves.toMatchObject({ tenant: 'acme' });
  });

  it.each(FORGERIES)('is refused: %s', async (_name, token) => {
    await expect(keeper.verify(await token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is refused as expired only when everything else was right', async () => {
    const old = { ...claims, exp: seconds - 1 };
    await expect(keeper.verify(forge(header, old))).rejects.toMatchObject({ code: 'token_expired' });
    await expect(keeper.verify(forge(header, old, 'wrong secret'))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });
});
