import type { MemberRef } from '../contract/index.ts';
import type { Tx } from '../db/client.ts';

/**
 * What other domains keep of a person, as merging and deleting need it. Contacts know nothing of conversations or cards; each
 * domain brings its own, and `kit`'s wiring puts them together with `allBelongings`.
 */
export interface Belongings {
  /** Gives everything of `from` to `to`. Returns what `restore` needs, as JSON. */
  move(tx: Tx, from: string, to: string): Promise<object>;
  /** The way back, also for what came from or went to `numbers` (those of `from`) since. */
  restore(tx: Tx, back: Restoring): Promise<void>;
  /** Before people are deleted with all that is theirs: says what ends with them. */
  ending?(tx: Tx, ids: string[], actor: MemberRef | null): Promise<void>;
  /** The conversations of a person, so that whoever shows one can be told. */
  conversationsOf?(tx: Tx, id: string): Promise<string[]>;
  /** The same of many. */
  conversationsOfAll?(tx: Tx, ids: string[]): Promise<{ contact_id: string; conversation_id: string }[]>;
}

/** The belongings of several domains as one. `named`: what each has moved is kept under its name. */
export function allBelongings(named: Record<string, Belongings>): Required<Belongings> {
  const each = Object.entries(named);
  return {
    async move(tx, from, to) {
      const moved: Record<string, object> = {};
      for (const [name, one] of each) moved[name] = await one.move(tx, from, to);
      return moved;
    },
    async restore(tx, back) {
      // merges from before there was more than one domain hold the conversations' alone
      const moved =
        'whole' in back.moved ? { conversations: back.moved } : (back.moved as Record<string, object>);
      for (const [name, one] of each) {
        const own = moved[name];
        if (own) await one.restore(tx, { ...back, moved: own });
      }
    },
    async ending(tx, ids, actor) {
      for (const [, one] of each) await one.ending?.(tx, ids, actor);
    },
    async conversationsOf(tx, id) {
      const found: string[] = [];
      for (const [, one] of each) found.push(...((await one.conversationsOf?.(tx, id)) ?? []));
      return found;
    },
    async conversationsOfAll(tx, ids) {
      const found: { contact_id: string; conversation_id: string }[] = [];
      for (const [, one] of each) found.push(...((await one.conversationsOfAll?.(tx, ids)) ?? []));
      return found;
    },
  };
}

/** For a table whose rows just name their person: they change hands, and back. */
export function rowsOf(table: string, key: string): Belongings {
  return {
    async move({ sql, tenant }, from, to) {
      const rows = await sql<{ id: string }[]>`
        update ${sql(table)} set contact_id = ${to} where tenant_id = ${tenant} and contact_id = ${from}
        returning ${sql(key)} as id`;
      return { ids: rows.map(({ id }) => id) };
    },
    async restore({ sql, tenant }, { from, to, moved }) {
      const { ids } = moved as { ids: string[] };
      // what somebody has given to a third person since stays there
      await sql`
        update ${sql(table)} set contact_id = ${from}
        where tenant_id = ${tenant} and contact_id = ${to} and ${sql(key)} = any(${ids}::uuid[])`;
    },
  };
}

export interface Restoring {
  /** Who gets it back. */
  from: string;
  to: string;
  moved: object;
  numbers: string[];
  mergedAt: string;
}
