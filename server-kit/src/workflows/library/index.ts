/** Workflows to begin with. */
import type { Definition } from '../../contract/workflow/index.ts';

export interface LibraryEntry {
  source: string;
  definition: Definition;
}

export function libraryWorkflows(): LibraryEntry[] {
  return [];
}
