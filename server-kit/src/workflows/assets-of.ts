/** Which files a definition sends: the strings under the names that steps have for them. */
import type { Definition } from '../contract/workflow/index.ts';

const NAMES = new Set(['asset', 'assets', 'pdf', 'video', 'recording']);

export function assetsOf({ steps }: Definition): string[] {
  const found = new Set<string>();
  for (const step of steps)
    for (const [name, value] of Object.entries(step))
      if (NAMES.has(name))
        for (const one of [value].flat()) if (typeof one === 'string' && one !== '') found.add(one);
  return [...found];
}
