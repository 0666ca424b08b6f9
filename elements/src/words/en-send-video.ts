import type { Word } from './en.ts';

/** What stands on the button that sends a video. */
export const enSendVideo = { 'send.button': 'Send video' } as const satisfies Record<string, Word>;
