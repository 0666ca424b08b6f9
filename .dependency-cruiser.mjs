/**
 * Who may import whom. Each rule says why it is there; `npm run boundaries` checks them, and
 * scripts/boundaries.test.ts shows that every one of them can fail.
 *
 * In the server kit, knowledge runs one way:
 *
 *   contract <- db <- events, carriers <- notifications, tenancy <- contacts <- consent <- filters, notes, tasks
 *   <- media <- messaging, segments, pipeline <- voice <- timeline, bulk <- exchange <- http, jobs <- kit
 */

/** The server kit's folders, each with those it may know. A file outside these folders (kit.ts) may know all of them. */
const MAY_KNOW = {
  contract: [],
  // no domain: how anybody here reaches what is outside
  net: [],
  db: ['contract'],
  events: ['contract', 'db'],
  carriers: ['contract', 'db', 'net'],
  tenancy: ['contract', 'db', 'events'],
  contacts: ['contract', 'db', 'events', 'tenancy'],
  consent: ['contract', 'db', 'events', 'tenancy', 'carriers', 'contacts'],
  filters: ['contract', 'db', 'contacts'],
  notifications: ['contract', 'db', 'events'],
  notes: ['contract', 'db', 'events', 'contacts', 'notifications'],
  tasks: ['contract', 'db', 'events', 'tenancy', 'contacts', 'notifications'],
  pipeline: ['contract', 'db', 'events', 'tenancy', 'contacts', 'filters'],
  media: ['contract', 'db', 'events', 'tenancy'],
  messaging: [
    'contract',
    'db',
    'events',
    'tenancy',
    'carriers',
    'contacts',
    'consent',
    'filters',
    'notifications',
    'media',
  ],
  voice: ['contract', 'db', 'events', 'tenancy', 'carriers', 'contacts', 'consent', 'media', 'messaging'],
  segments: ['contract', 'db', 'events', 'contacts', 'filters'],
  workflows: [
    'contract',
    'net',
    'db',
    'events',
    'tenancy',
    'contacts',
    'consent',
    'filters',
    'media',
    'messaging',
    'notes',
    'notifications',
    'pipeline',
    'segments',
    'tasks',
    'voice',
  ],
  timeline: ['contract', 'db', 'events', 'contacts', 'messaging', 'tasks'],
  bulk: ['contract', 'db', 'events', 'contacts', 'filters', 'segments'],
  exchange: ['contract', 'db', 'events', 'contacts', 'consent', 'filters', 'bulk'],
  http: [
    'contract',
    'db',
    'events',
    'tenancy',
    'carriers',
    'contacts',
    'consent',
    'filters',
    'messaging',
    'segments',
    'timeline',
    'bulk',
    'exchange',
    'notifications',
    'notes',
    'tasks',
    'pipeline',
    'media',
    'workflows',
  ],
  jobs: [
    'contract',
    'db',
    'events',
    'tenancy',
    'carriers',
    'contacts',
    'consent',
    'filters',
    'messaging',
    'segments',
    'bulk',
    'exchange',
    'tasks',
    'pipeline',
    'media',
    'voice',
    'workflows',
  ],
};
/** What a domain shows to the others, besides index.ts and errors.ts: the files that they may import. */
const FACES = {
  events: ['record', 'hub', 'log', 'routes'],
  carriers: ['carrier', 'voice', 'webhook'],
  tenancy: ['tokens', 'tenants', 'directory', 'page', 'page-style'],
  // with its tables: the list of conversations is sorted and searched by name in one statement
  // belongings: what others keep of a person, for merging and deleting
  // bulk, remove, input, search: one change for many people goes by the rules of a single one
  contacts: [
    'contacts',
    'rows',
    'phone',
    'zones',
    'belongings',
    'tables',
    'bulk',
    'remove',
    'input',
    'search',
    'addresses',
    'fields',
    'birthday',
    'stages',
  ],
  consent: ['ledger', 'queries', 'keywords'],
  filters: ['compile', 'evaluate', 'guard', 'read', 'search', 'times', 'touching'],
  // bytes: whatever brings a file in goes by the same checks
  media: [
    'options',
    'assets',
    'bytes',
    'files',
    'links',
    'machines',
    'keeper',
    '[\\w-]+-routes',
    'serve/[\\w-]+',
    'play/[\\w-]+',
  ],
  messaging: ['messages', 'conversations', 'drain', 'copies', 'send-many', 'attach', 'outbox', 'introduce'],
  voice: ['outbox', 'drain', 'failures'],
  segments: ['segments', 'tasks'],
  timeline: [],
  bulk: ['jobs', 'files', 'runner', 'targets', 'routes'],
  exchange: [],
  notifications: ['notifications'],
  notes: ['notes', 'many'],
  tasks: ['tasks', 'clock', 'many'],
  pipeline: ['cards', 'board', 'pipelines', 'follow'],
};
const DOMAINS = Object.keys(FACES);
const TESTS = String.raw`\.(test|pg\.test|fault\.test|e2e\.test)\.ts$|/testing/|/faults/`;
/** Pure, and about numbers rather than about contacts. */
const ANYONES = String.raw`^server-kit/src/contacts/phone\.ts$`;

const layer = (folder, known, name, from, comment) => ({
  name,
  comment,
  severity: 'error',
  from,
  to: {
    path: `^server-kit/src/(${[...Object.keys(MAY_KNOW), 'bin'].join('|')})/|^server-kit/src/(kit|index)\\.ts$`,
    pathNot: `^server-kit/src/(${[folder, ...known].join('|')})/|${ANYONES}`,
  },
});

const upwards = Object.entries(MAY_KNOW).map(([folder, known]) =>
  layer(
    folder,
    known,
    `server-${folder}-knows-only-below`,
    { path: `^server-kit/src/${folder}/`, pathNot: `/[\\w-]*routes\\.ts$|${TESTS}` },
    `server-kit/src/${folder} may know ${known.length > 0 ? known.join(', ') : 'nothing else of the server kit'}. ` +
      'What it needs from higher up comes in as an argument or through the event log.',
  ),
);

/** A domain's routes.ts stands with one foot in http/: it takes its tools from there, and who is asking from tenancy/. */
const routes = DOMAINS.map((folder) =>
  layer(
    folder,
    [...MAY_KNOW[folder], 'http', 'tenancy'],
    `server-${folder}-routes-know-http`,
    { path: `^server-kit/src/${folder}/[\\w-]*routes\\.ts$` },
    `The routes of ${folder} may know what ${folder} knows, http/ and tenancy/.`,
  ),
);

const faces = DOMAINS.map((folder) => ({
  name: `server-${folder}-by-its-face`,
  comment:
    `Of ${folder}, other domains may import ${FACES[folder].join(', ')}, index and errors. ` +
    'The rest may change without asking anyone.',
  severity: 'error',
  from: {
    path: `^server-kit/src/(${DOMAINS.filter((other) => other !== folder).join('|')})/`,
    pathNot: TESTS,
  },
  to: {
    path: `^server-kit/src/${folder}/`,
    pathNot: `^server-kit/src/${folder}/(${[...FACES[folder], 'index', 'errors'].join('|')})\\.ts$`,
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'Two files that import each other cannot be read, tested or replaced one at a time. Move what both need into a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere: a typing mistake, or a package missing from package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'elements-know-only-the-contract',
      comment:
        'The elements run in a browser and are installed without a server. All they may know of one is what crosses the wire.',
      severity: 'error',
      from: { path: '^elements/src/' },
      to: { path: '^(server-kit|carrier-sandbox|host-demo|stories)/', pathNot: '^server-kit/src/contract/' },
    },
    {
      name: 'elements-take-the-contract-as-types',
      comment:
        'The contract is made of zod schemas. As types they cost nothing; as code they would put zod into every page. ' +
        'Only contract/names and contract/segments, which have no zod, may be imported as values.',
      severity: 'error',
      from: { path: '^elements/src/' },
      to: {
        path: '^server-kit/src/contract/',
        pathNot: '^server-kit/src/contract/(names|segments)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'server-kit-stands-alone',
      comment: 'The server kit serves any front end and any carrier: it imports no other package of ours.',
      severity: 'error',
      from: { path: '^server-kit/src/', pathNot: TESTS },
      to: { path: '^(elements|carrier-sandbox|host-demo|stories|bench|scripts)/' },
    },
    {
      name: 'sandbox-knows-none-of-ours',
      comment:
        'The carrier sandbox stands in for Twilio. If it shared code with the kit, both could be wrong in the same way and agree.',
      severity: 'error',
      from: { path: '^carrier-sandbox/src/', pathNot: TESTS },
      to: { path: '^(server-kit|elements|host-demo|stories|bench|scripts)/' },
    },
    {
      name: 'hosts-use-published-entry-points',
      comment:
        'The demo and the stories are what a partner would write, so they import packages by name, never files inside one.',
      severity: 'error',
      from: { path: '^(host-demo|stories)/' },
      to: { path: '^(server-kit|elements|carrier-sandbox)/', dependencyTypes: ['local'] },
    },
    {
      name: 'nobody-imports-a-host',
      comment: 'The demo and the stories are leaves: nothing published may come to depend on them.',
      severity: 'error',
      from: { path: '^(server-kit|elements|carrier-sandbox)/' },
      to: { path: '^(host-demo|stories)/' },
    },
    {
      name: 'contract-is-pure',
      comment:
        'The contract runs in browsers and in editors too: zod, for workflows yaml, and nothing that does I/O. ' +
        'names and segments take not even zod.',
      severity: 'error',
      from: { path: '^server-kit/src/contract/', pathNot: TESTS },
      to: { pathNot: '^server-kit/src/contract/|^node_modules/(zod|yaml)/' },
    },
    {
      name: 'names-and-segments-without-zod',
      comment: 'The elements bundle these two files, so they may not bring zod along.',
      severity: 'error',
      from: { path: '^server-kit/src/contract/(names|segments)\\.ts$' },
      to: { path: '^node_modules/' },
    },
    ...upwards,
    ...routes,
    ...faces,
    {
      name: 'only-routes-know-hono',
      comment:
        'In a domain, routes.ts is the one place that knows about HTTP; the rest can be called from a job or a test.',
      severity: 'error',
      from: {
        path: `^server-kit/src/(${[...DOMAINS, 'contract', 'db'].join('|')})/`,
        pathNot: `/(routes|[\\w-]+-routes|webhooks?|openapi)\\.ts$|${TESTS}`,
      },
      to: { path: '^node_modules/(@hono|hono)/' },
    },
    {
      name: 'only-tasks-know-graphile-worker',
      comment:
        'In a domain, tasks.ts is the one place that knows the job runner; the work itself can be called directly.',
      severity: 'error',
      from: {
        path: `^server-kit/src/(${[...DOMAINS, 'contract', 'db', 'http'].join('|')})/`,
        pathNot: `/(tasks|[\\w-]+-tasks)\\.ts$|${TESTS}`,
      },
      to: { path: '^node_modules/graphile-worker/' },
    },
    {
      name: 'stores-without-lit',
      comment: 'Stores and client are for partners who draw everything themselves: no Lit, no elements.',
      severity: 'error',
      from: { path: '^elements/src/(stores|client)/' },
      to: { path: '^node_modules/(lit|@lit)/|^elements/src/elements/' },
    },
    {
      name: 'no-tests-in-production',
      comment: 'Code that ships never imports a test or what only tests use.',
      severity: 'error',
      from: { path: '^(server-kit|elements|carrier-sandbox)/src/', pathNot: TESTS },
      to: { path: `${TESTS}|^node_modules/(vitest|@open-wc|playwright-core|fast-check)/` },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/', 'storybook-static', '\\.cache'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['patchbay-source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.json', '.d.ts'],
    },
    skipAnalysisNotInRules: true,
  },
};
