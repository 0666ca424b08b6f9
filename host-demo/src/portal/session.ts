/** The portal's own login: who is here, in a signed cookie. The kit knows nothing of it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { userOf, type PortalUser } from '../agency.ts';

const COOKIE = 'portal_session';
const HOURS = 12;
const COOKIE_OPTIONS: CookieOptions = { httpOnly: true, sameSite: 'lax', path: '/' };

export interface Sessions {
  begin(response: Response, user: PortalUser): void;
  end(response: Response): void;
  /** Whoever is logged in; undefined for a cookie that is absent, forged or too old. */
  read(request: Request): PortalUser | undefined;
}

export function createSessions(secret: string, now: () => number = Date.now): Sessions {
  // not the kit's own use of the secret: a portal cookie can never pass for a session token
  const sign = (text: string) =>
    createHmac('sha256', secret).update(`portal session ${text}`).digest('base64url');

  return {
    begin(response, user) {
      const content = `${user.id}.${now() + HOURS * 3_600_000}`;
      response.cookie(COOKIE, `${content}.${sign(content)}`, {
        ...COOKIE_OPTIONS,
        maxAge: HOURS * 3_600_000,
        secure: response.req.secure,
      });
    },
    end: (response) => void response.clearCookie(COOKIE, COOKIE_OPTIONS),
    read(request) {
      const [id, until, signature, ...more] = readCookie(request, COOKIE)?.split('.') ?? [];
      if (id === undefined || until === undefined || signature === undefined || more.length > 0)
        return undefined;
      if (!sameText(signature, sign(`${id}.${until}`)) || Number(until) < now()) return undefined;
      return userOf(id);
    },
  };
}

export function readCookie(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const mark = pair.indexOf('=');
    if (pair.slice(0, mark).trim() === name) return pair.slice(mark + 1).trim();
  }
  return undefined;
}

function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
