import type { MemberRef } from '@patchbay/server-kit/contract';

/** What is being typed behind an @ at the end of `text`; null when nothing is. */
export function mentionBegun(text: string): string | null {
  return /(?:^|\s)@([^\s@]{0,40})$/.exec(text)?.[1] ?? null;
}

/** The colleagues whose name, or a word of it, begins like that. */
export function whoBegins(members: readonly MemberRef[], typed: string): MemberRef[] {
  const wanted = typed.toLocaleLowerCase();
  return members.filter(({ name }) =>
    name
      .toLocaleLowerCase()
      .split(/\s+/)
      .some((word) => word.startsWith(wanted)),
  );
}

/** `text` with the mention that was begun finished. */
export function finishMention(text: string, { name }: MemberRef): string {
  return text.replace(/@[^\s@]{0,40}$/, `@${name} `);
}

/** As the server has it: `<@id>` for each colleague who was chosen, longest name first so that none is cut. */
export function toWire(text: string, chosen: readonly MemberRef[]): string {
  return [...chosen]
    .sort((a, b) => b.name.length - a.name.length)
    .reduce((all, { id, name }) => all.replaceAll(`@${name}`, `<@${id}>`), text);
}

/** As people read it. */
export function fromWire(text: string, mentions: readonly MemberRef[]): string {
  return mentions.reduce((all, { id, name }) => all.replaceAll(`<@${id}>`, `@${name}`), text);
}
