import { createContext } from '@lit/context';
import type { I18n } from '../words/i18n.ts';
import type { Stores } from '../stores/stores.ts';

/** What a provider hands down. Replaced as a whole when any of it changes. */
export interface Environment {
  stores: Stores | null;
  i18n: I18n;
}

/**
 * `Symbol.for`: two entries that were bundled apart, or two versions on one page, still find each other. The 1 counts
 * up when the shape changes, so that versions that do not fit do not meet.
 */
export const environmentContext = createContext<Environment>(Symbol.for('pb.environment.1'));
