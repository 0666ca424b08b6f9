/** What the ready-made entries call the elements. Only they import this: under another prefix it is nowhere. */
export const PREFIX = 'patchbay';
