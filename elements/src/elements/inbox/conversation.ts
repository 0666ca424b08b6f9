/** What an open conversation is made of, loaded together: beside the list, not before it. */
export { Composer } from '../composer/composer.ts';
export { Thread } from '../thread/thread.ts';
