export * from './names.ts';
export * from './kind.ts';
export * from './settings.ts';
export * from './triggers.ts';
export * from './definition.ts';
export * from './steps/index.ts';
export type { Window } from './primitives.ts';
export * from './wire.ts';
