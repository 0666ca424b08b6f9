/** Small helpers for the words of definitions: what a step does, what a difference is. */

/** One line, not too long. */
export function shortened(text: string, most = 60): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}

/** `tag Joy`, `tags a, b and c`. */
export function named(what: string, names: readonly string[]): string {
  return `${what}${names.length === 1 ? '' : 's'} ${listed(names)}`;
}

export function listed(names: readonly string[], last = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

/** A place in a definition, as problems name it: `steps[3].map["data.id"]`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!/^[\w$-]+$/.test(String(part))) text += `[${JSON.stringify(String(part))}]`;
    else text += `${text === '' ? '' : '.'}${String(part)}`;
  }
  return text;
}

/** And back. */
export function pathParts(path: string): (string | number)[] {
  const parts: (string | number)[] = [];
  for (const [, index, quoted, name] of path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)) {
    if (index !== undefined) parts.push(Number(index));
    else if (quoted !== undefined) parts.push(JSON.parse(quoted) as string);
    else if (name !== undefined) parts.push(name);
  }
  return parts;
}

/** Every text within a value of any form, by its path; a text at the top has none. Not by recursion: depth is the writer's. */
export function textsIn(value: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  const left: { value: unknown; path: (string | number)[] }[] = [{ value, path: [] }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value: held, path } = next;
    if (typeof held === 'string') texts[pathText(path)] = held;
    else if (typeof held === 'object' && held !== null) {
      const inner = Array.isArray(held) ? held.entries() : Object.entries(held);
      for (const [key, one] of inner) left.push({ value: one, path: [...path, key] });
    }
  }
  return texts;
}

/** What was probably meant: the nearest of `known`, if it is near. */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  const wanted = plain(given.slice(0, 100));
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const one of known) {
    const other = plain(one);
    if (Math.abs(other.length - wanted.length) >= least) continue;
    const far = distance(wanted, other, least);
    if (far < least) [best, least] = [one, far];
  }
  return best;
}

/** Levenshtein's, two neighbours swapped counting as one; at least `enough` when it is that or more. */
function distance(a: string, b: string, enough: number): number {
  let [older, old] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(row[j - 1]! + 1, old[j]! + 1, old[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, older[j - 2]! + 1);
      }
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least >= enough) return enough;
    [older, old] = [old, row];
  }
  return old[b.length]!;
}
