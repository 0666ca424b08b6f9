/** `npx patchbay workflow <command>`: workflows as files, for people and for CI. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { diffWords } from '../contract/workflow/diff.ts';
import {
  SIMULATED_CONSENTS,
  type Definition,
  type SimulatedConsent,
  type WorkflowProblem,
} from '../contract/workflow/index.ts';
import { definitionSchema } from '../contract/workflow/json-schema.ts';
import { checkSource } from '../contract/workflow/source.ts';
import { SetupError } from '../errors.ts';
import { isUuid } from '../ids.ts';
import { stepWords, type TracedStep } from '../workflows/engine/trace.ts';
import { libraryWorkflows } from '../workflows/library/index.ts';
import { workflowServer, type WorkflowServer } from './workflow-server.ts';

export const WORKFLOW_HELP = `patchbay workflow <command>

  validate <file…>         what is wrong with it, line by line
  diff <file> <file>       what changed from the first to the second, in words
  diff <file>              what deploying it would change on the server
  deploy <file…>           save it on the server as a draft; with --publish it is published
  simulate <file>          run it through for one contact, without sending anything
  library [key]            list the workflows to begin with, or print one
  schema                   print the JSON Schema, for editors

  --server <url>           where the kit is mounted; or PATCHBAY_SERVER
  --token <token>          of a manager; or PATCHBAY_TOKEN
  --publish                with deploy: publish what was saved
  --contact <file or id>   with simulate: the contact, as JSON; or one of the server's, by id, with the consent that they gave
  --consent <word>         with simulate: granted (the default for a contact from a file), none or opted_out
  --events <file>          with simulate: what happens meanwhile, as a JSON list
  --start <instant>        with simulate: when they come in, as 2026-03-07T15:00:00Z
  --json                   answer in JSON

Exit code 0: fine; 1: something to mend, with diff: something changed; 2: not understood.
`;

const OPTIONS = {
  server: { type: 'string' },
  token: { type: 'string' },
  publish: { type: 'boolean' },
  contact: { type: 'string' },
  consent: { type: 'string' },
  events: { type: 'string' },
  start: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Asked {
  files: string[];
  options: ReturnType<typeof read>['values'];
  server(): WorkflowServer;
}
const read = (args: string[]) => parseArgs({ args, options: OPTIONS, allowPositionals: true });

const commands: Record<string, (asked: Asked) => number | Promise<number>> = {
  validate,
  diff,
  deploy,
  simulate,
  library,
  schema,
};

/** Throws `SetupError` for what is missing. */
export async function workflowCommand(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  let line: ReturnType<typeof read>;
  try {
    line = read(args);
  } catch (error) {
    throw new SetupError((error as Error).message, { cause: error });
  }
  const [name, ...files] = line.positionals;
  const run = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!run || line.values.help) {
    (run || name === undefined ? console.log : console.error)(WORKFLOW_HELP);
    return run || name === undefined ? 0 : 2;
  }
  const server = () => {
    const url = line.values.server ?? env['PATCHBAY_SERVER'];
    const token = line.values.token ?? env['PATCHBAY_TOKEN'];
    if (!url || !token)
      throw new SetupError('Say --server and --token, or set PATCHBAY_SERVER and PATCHBAY_TOKEN.');
    return workflowServer(url, token);
  };
  return run({ files, options: line.values, server });
}

function validate({ files, options }: Asked): number {
  if (files.length === 0) throw new SetupError('Say which file.');
  const checked = files.map((file) => ({ file, ...checkSource(textOf(file)) }));
  if (options.json) {
    console.log(
      JSON.stringify(
        checked.flatMap(({ file, problems }) => problems.map((one) => ({ file, ...one }))),
        null,
        2,
      ),
    );
  } else {
    for (const { file, definition, problems } of checked) {
      for (const problem of problems) console.log(problemLine(file, problem));
      if (definition)
        console.log(
          `✓ ${file}: ${definition.name}, ${count(definition.steps.length, 'step')}${warnings(problems)}`,
        );
    }
  }
  return checked.every(({ definition }) => definition) ? 0 : 1;
}

async function diff({ files, options, server }: Asked): Promise<number> {
  const [first, second] = files;
  if (first === undefined || files.length > 2) throw new SetupError('Say one file, or two.');
  const after = definitionOf(second ?? first);
  let before: Definition | null;
  if (second !== undefined) before = definitionOf(first);
  else {
    const remote = server();
    const found = await remote.find(after.key);
    if (!found) {
      console.log(options.json ? '[]' : `“${after.key}” is new.`);
      return 1;
    }
    before = checkSource(await remote.source(found)).definition;
    if (!before) {
      throw new SetupError(
        `What the server has as “${after.key}” cannot be read by this version of the kit.`,
      );
    }
  }
  const words = diffWords(before, after);
  if (options.json) console.log(JSON.stringify(words, null, 2));
  else console.log(words.length === 0 ? 'They mean the same.' : words.map((line) => `• ${line}`).join('\n'));
  return words.length === 0 ? 0 : 1;
}

async function deploy({ files, options, server }: Asked): Promise<number> {
  if (files.length === 0) throw new SetupError('Say which file.');
  // all of them are looked at before the first is sent
  const checked = files.map((file) => ({ file, source: textOf(file), definition: definitionOf(file) }));
  const remote = server();
  for (const { file, source, definition } of checked) {
    const found = await remote.find(definition.key);
    let workflow = found ? await remote.update(found, source) : await remote.create(source);
    if (options.publish) workflow = await remote.publish(workflow);
    const done = options.publish
      ? `published as version ${workflow.published?.version ?? '?'}`
      : 'saved as a draft';
    console.log(`✓ ${file}: “${definition.name}” is ${done}.`);
  }
  return 0;
}

async function simulate({ files, options, server }: Asked): Promise<number> {
  const [file] = files;
  if (file === undefined || files.length > 1) throw new SetupError('Say which file.');
  const definition = definitionOf(file);
  const events = options.events === undefined ? [] : jsonOf(options.events);
  if (!Array.isArray(events)) throw new SetupError(`${options.events}: should be a list of events.`);
  const start = options.start === undefined ? new Date() : new Date(options.start);
  if (Number.isNaN(start.getTime())) throw new SetupError('--start is an instant, as 2026-03-07T15:00:00Z.');
  const consent = consentOf(options.consent);
  const begin = start.toISOString();
  const told =
    options.contact !== undefined && isUuid(options.contact)
      ? await elsewhere(server(), file, { contact_id: options.contact, consent, start: begin, events })
      : await here(definition, options.contact, events, { consent, start: begin });
  if (options.json) {
    console.log(JSON.stringify(told, null, 2));
    return 0;
  }
  const texts = [...told.texts];
  for (const one of told.steps) {
    const { at, step, outcome } = one;
    const words =
      outcome === 'done' ? 'done' : (one.says ?? stepWords(one, start, told.contact?.zone ?? 'UTC'));
    console.log(`${at}  ${step.padEnd(18)} ${words}`);
    const text = texts.findIndex((one) => one.at === at && one.step === step);
    if (text >= 0) console.log(`${' '.repeat(26)}“${texts.splice(text, 1)[0]!.body}”`);
  }
  const end =
    told.end_reason === null
      ? `still at ${told.step ?? 'the beginning'}`
      : `${told.state}: ${told.end_reason}`;
  console.log(`${told.ended_at ?? ''}  ${end}`.trim());
  return 0;
}

/** What both the simulator here and the server's answer. */
interface Told {
  steps: (TracedStep & { step: string; says?: string })[];
  texts: { at: string; step: string; body: string }[];
  state: string;
  end_reason: string | null;
  ended_at: string | null;
  step: string | null;
  contact?: { zone: string };
}

const consentOf = (given: string | undefined): SimulatedConsent | undefined => {
  const known = SIMULATED_CONSENTS.find((one) => one === given);
  if (given !== undefined && known === undefined)
    throw new SetupError(`--consent is one of ${SIMULATED_CONSENTS.join(', ')}.`);
  return known;
};

async function here(
  definition: Definition,
  contact: string | undefined,
  events: unknown[],
  { consent = 'granted', start }: { consent?: SimulatedConsent | undefined; start: string },
): Promise<Told> {
  const { simulate: run } = await import('../workflows/simulate.ts');
  const { assumed } = await import('../workflows/simulated-consent.ts');
  return run(definition, (contact === undefined ? {} : jsonOf(contact)) as never, events as never, {
    start,
    standing: assumed(consent, start),
  });
}

/** As somebody's consent is on the server. */
async function elsewhere(server: WorkflowServer, file: string, of: object): Promise<Told> {
  const remote = await server.find(definitionOf(file).key);
  if (!remote)
    throw new SetupError('The server has no workflow with this key. Deploy it first, then simulate.');
  return (await server.simulate(remote, { ...of, source: textOf(file) })) as Told;
}

function library({ files: [key] }: Asked): number {
  if (key === undefined) {
    for (const { definition } of libraryWorkflows())
      console.log(`${definition.key.padEnd(24)} ${definition.name}`);
    return 0;
  }
  const found = libraryWorkflows().find(({ definition }) => definition.key === key);
  if (!found) throw new SetupError(`The library has no “${key}”. See: patchbay workflow library`);
  process.stdout.write(found.source);
  return 0;
}

async function schema(): Promise<number> {
  // waits for the pipe: what is still in it when the process ends would be lost
  await new Promise((written) =>
    process.stdout.write(`${JSON.stringify(definitionSchema(), null, 2)}\n`, written),
  );
  return 0;
}

/** Throws `SetupError` with all that is wrong. */
function definitionOf(file: string): Definition {
  const { definition, problems } = checkSource(textOf(file));
  if (definition) return definition;
  const errors = problems.filter(({ severity }) => severity === 'error');
  throw new SetupError(
    `${file} has ${count(errors.length, 'mistake')}.\n${errors.map((one) => problemLine(file, one)).join('\n')}`,
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new SetupError(`${file} cannot be read.`, { cause: error });
  }
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(textOf(file));
  } catch (error) {
    throw error instanceof SetupError
      ? error
      : new SetupError(`${file} is no JSON: ${(error as Error).message}`);
  }
}

/** As compilers write it, so that editors and CI find the place. */
function problemLine(
  file: string,
  { line, column, severity, code, step, message, mend }: WorkflowProblem,
): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return `${place}: ${severity}: ${step === null ? '' : `‘${step}’: `}${message.replace(/^Line \d+, column \d+: /, '')} ${mend} [${code}]`;
}

function warnings(problems: readonly WorkflowProblem[]): string {
  return problems.length === 0 ? '' : `, ${count(problems.length, 'warning')}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
