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

export default [
  entry('inbox', 'inbox', '38 KiB'),
  whole('inbox, with all that it may fetch later', 'inbox', '73 KiB'),
  entry('conversation-list', 'conversation-list', '32 KiB'),
  entry('thread', 'thread', '37 KiB'),
  entry('composer', 'composer', '32 KiB'),
  entry('contact-panel', 'contact-panel', '36 KiB'),
  entry('timeline', 'timeline', '32 KiB'),
  entry('pipeline', 'pipeline', '33 KiB'),
  entry('consent-log', 'consent-log', '30 KiB'),
  entry('contacts', 'contacts', '35 KiB'),
  entry('segment-builder', 'segment-builder', '37 KiB'),
  entry('notifications', 'notifications', '25 KiB'),
  entry('unread-count', 'unread-count', '24 KiB'),
  entry('stores alone', 'stores/index', '11 KiB'),
  entry('client alone', 'client/index', '4 KiB'),
  whole('script tag, all elements', 'cdn/patchbay', '112 KiB'),
];
