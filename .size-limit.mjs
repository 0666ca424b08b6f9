/**
 * What a page that imports one entry downloads before anyone does anything: minified, gzipped, Lit included. What an
 * element fetches later by `import()` (menus, emoji, other languages) is not in it, as it is not on the wire then.
 */
const laterIsExtra = {
  name: 'later-is-extra',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { external: true, path } : undefined,
    );
  },
};

const whole = (name, path, limit) => ({ name, path: `elements/dist/${path}.js`, limit, gzip: true });
const entry = (name, path, limit) => ({
  ...whole(name, path, limit),
  modifyEsbuildConfig: (config) => ({ ...config, plugins: [...(config.plugins ?? []), laterIsExtra] }),
});

/** What every page with an element has anyway, once: what we import of Lit. The others are measured above it. */
export const LIT = 'scripts/lit-alone.js';
export const ABOVE_LIT = {
  contacts: '18 KiB',
  timeline: '10 KiB',
  'media-library': '12 KiB',
  'enrollment-status': '8 KiB',
  'workflow-list': '12 KiB',
};

export default [
  { ...entry('Lit alone', 'inbox', '7.3 KiB'), path: LIT },
  entry('inbox', 'inbox', '38 KiB'),
  whole('inbox, with all that it may fetch later', 'inbox', '145 KiB'),
  entry('conversation-list', 'conversation-list', '32 KiB'),
  entry('thread', 'thread', '38 KiB'),
  entry('composer', 'composer', '32.5 KiB'),
  entry('contact-panel', 'contact-panel', '36 KiB'),
  entry('timeline', 'timeline', '18 KiB'),
  whole('timeline, with all that it may fetch later', 'timeline', '72 KiB'),
  entry('pipeline', 'pipeline', '33 KiB'),
  entry('consent-log', 'consent-log', '30 KiB'),
  entry('contacts', 'contacts', '26 KiB'),
  whole('contacts, with all that it may fetch later', 'contacts', '101 KiB'),
  entry('segment-builder', 'segment-builder', '37 KiB'),
  entry('media-library', 'media-library', '20 KiB'),
  whole('media-library, with all that it may fetch later', 'media-library', '79 KiB'),
  entry('enrollment-status', 'enrollment-status', '18 KiB'),
  whole('enrollment-status, with all that it may fetch later', 'enrollment-status', '66 KiB'),
  entry('workflow-list', 'workflow-list', '18 KiB'),
  whole('workflow-list, with all that it may fetch later', 'workflow-list', '70 KiB'),
  entry('send-video', 'send-video', '18 KiB'),
  entry('notifications', 'notifications', '25 KiB'),
  entry('unread-count', 'unread-count', '18 KiB'),
  entry('stores alone', 'stores/index', '16.5 KiB'),
  entry('client alone', 'client/index', '4.4 KiB'),
  whole('script tag, all elements', 'cdn/patchbay', '202 KiB'),
];
