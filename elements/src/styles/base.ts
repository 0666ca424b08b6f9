import { controls } from './controls.ts';
import { core } from './core.ts';

/** All that elements draw alike. Where bytes count, an element takes the parts. */
export const base = [core, controls];
