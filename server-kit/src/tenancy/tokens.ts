/**
 * Session tokens: what the host's server mints for a member it has logged in, and what every request brings.
 *
 * JWT (RFC 7519), HS256 with the kit's secret and nothing else: the algorithm is pinned, so neither `none` nor a public
 * key taken for an HMAC key gets in (RFC 8725, 3.1). Short-lived, because a token cannot be called back.
 */
import { errors, jwtVerify, SignJWT } from 'jose';
import { ROLES, type MemberRef, type Role } from '../contract/index.ts';
import { ProblemError, SetupError } from '../errors.ts';

export interface Session {
  tenant: string;
  member: MemberRef;
  role: Role;
  expiresAt: Date;
}

export interface SessionTokenOptions {
  /** The host's own key for the account. */
  tenant: string;
  /** The host's own user. */
  member: MemberRef;
  role: Role;
  /** Seconds. Default 900; the elements fetch a new one before the old one ends. */
  expiresIn?: number;
}

export interface TokenKeeper {
  /** Mints a token. Throws `SetupError` when the options cannot make one. */
  mint(options: SessionTokenOptions): Promise<string>;
  /** Throws `unauthenticated` or `token_expired`. */
  verify(token: string): Promise<Session>;
}

const ISSUER = 'patchbay';
const AUDIENCE = 'patchbay';
const FIFTEEN_MINUTES = 900;
const LONGEST = 24 * 3600;
/** As the database has it (`tenants.tenant_id`). */
const TENANT = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$/;

export function tokenKeeper({ secret, clock }: { secret: string; clock: () => Date }): TokenKeeper {
  const key = new TextEncoder().encode(secret);

  return {
    async mint({ tenant, member, role, expiresIn = FIFTEEN_MINUTES }) {
      checkOptions({ tenant, member, role, expiresIn });
      const now = Math.floor(clock().getTime() / 1000);
      return new SignJWT({ tenant, name: member.name, role })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(member.id)
        .setIssuedAt(now)
        .setExpirationTime(now + expiresIn)
        .sign(key);
    },

    async verify(token) {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'iat', 'sub'],
        currentDate: clock(),
      }).catch(refuse);
      const { sub, tenant, name, role, exp } = payload;
      if (
        !isText(sub, 200) ||
        !isText(tenant, 63) ||
        !TENANT.test(tenant) ||
        !isText(name, 200) ||
        !ROLES.includes(role as Role) ||
        typeof exp !== 'number'
      ) {
        throw unreadable();
      }
      return { tenant, member: { id: sub, name }, role: role as Role, expiresAt: new Date(exp * 1000) };
    },
  };
}

function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) {
    throw new ProblemError(
      'token_expired',
      'The session token has ended. Ask the host product for a new one.',
    );
  }
  throw unreadable();
}

/** One answer for every kind of forgery: saying which check failed would help only a forger. */
function unreadable(): ProblemError {
  return new ProblemError(
    'unauthenticated',
    'The session token is not one that this kit accepts. Mint it with kit.sessionToken() and the same secret.',
  );
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest && !value.includes('\0');
}

function checkOptions({ tenant, member, role, expiresIn }: Required<SessionTokenOptions>): void {
  if (!TENANT.test(tenant)) {
    throw new SetupError(
      `"${tenant}" cannot be a tenant's id: up to 63 letters, digits, and . _ : - after the first character.`,
    );
  }
  if (!isText(member?.id, 200))
    throw new SetupError('sessionToken() needs member.id, at most 200 characters.');
  if (!isText(member.name, 200))
    throw new SetupError('sessionToken() needs member.name, at most 200 characters.');
  if (!ROLES.includes(role)) throw new SetupError(`"${role}" is no role. Choose ${ROLES.join(' or ')}.`);
  if (!Number.isFinite(expiresIn) || expiresIn < 1 || expiresIn > LONGEST) {
    throw new SetupError(
      'expiresIn is in seconds, from 1 to 86400. Tokens cannot be called back: keep them short.',
    );
  }
}
