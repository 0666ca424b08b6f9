import type { KitContext } from './context.ts';
export interface Finding { check: string; ok: boolean; message: string; mend: string | null }
export async function runDoctor(_context: KitContext): Promise<Finding[]> { return []; }
