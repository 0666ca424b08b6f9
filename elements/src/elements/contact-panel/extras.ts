/** What the panel fetches once somebody is shown. */
import type { CSSResultArray } from 'lit';
import { addressStyles } from './addresses.ts';
import { upkeepStyles } from './upkeep.ts';

export { Addresses } from './addresses.ts';
export { Upkeep } from './upkeep.ts';

export const styles: CSSResultArray = [addressStyles, upkeepStyles];
