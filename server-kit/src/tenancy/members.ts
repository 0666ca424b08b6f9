import type { Database } from '../db/client.ts';
import { ProblemError } from '../errors.ts';
import type { Session } from './tokens.ts';

/** Beyond this many members a process forgets and writes them once more; each costs about 200 bytes. */
const REMEMBERED = 10_000;

/**
 * Keeps `members` in step with the tokens: a member exists from the first token on, and takes the token's name and
 * role. A process writes each member once, so a request costs no more than a look in a map.
 */
export function memberRegister(database: Database): (session: Session) => Promise<void> {
  const known = new Map<string, string>();

  return async ({ tenant, member, role }) => {
    const key = `${tenant}\0${member.id}`;
    const stamp = `${role}\0${member.name}`;
    if (known.get(key) === stamp) return;
    try {
      await database.pipeline(tenant, ({ sql }) => [
        sql`insert into members as m (tenant_id, member_id, name, role)
            values (${tenant}, ${member.id}, ${member.name}, ${role})
            on conflict (tenant_id, member_id) do update set name = excluded.name, role = excluded.role, seen_at = moment()`,
      ]);
    } catch (error) {
      if ((error as { code?: string }).code === FOREIGN_KEY) {
        throw new ProblemError(
          'unauthenticated',
          `There is no tenant "${tenant}" here. Make it with kit.tenants.upsert() before its members sign in.`,
        );
      }
      throw error;
    }
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, stamp);
  };
}

const FOREIGN_KEY = '23503';
