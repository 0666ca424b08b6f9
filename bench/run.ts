/**
 * `npm run bench -- [figure…] [--json] [--rounds N]`: measures, prints a table (or one JSON line a figure), and fails when
 * a goal is missed. A figure that misses is measured once more: one bad minute of a shared machine is not a finding.
 */
import { parseArgs } from 'node:util';
import { figures } from './figures/index.ts';
import { stopDatabase } from './harness/environment.ts';
import { NotSeeded, stopPeople } from './people/store.ts';
import { run, type Figure } from './harness/figure.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } },
});
const unknown = positionals.filter((name) => !figures.some((figure) => figure.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no figure "${unknown.join('", "')}". There are: ${figures.map((figure) => figure.name).join(', ')}.`,
  );
  process.exit(2);
}
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('--rounds takes a whole number from 1 on.');
  process.exit(2);
}

let missed = 0;
for (const figure of figures.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const measured = await measure(figure);
  if (!measured) continue;
  const { notes, ...result } = measured;
  if (!result.holds) missed += 1;
  if (values.json) {
    console.log(JSON.stringify(result));
  } else {
    const spread = result.rounds > 1 ? `  (${result.min} to ${result.max} in ${result.rounds} rounds)` : '';
    console.log(
      `${result.holds ? 'ok  ' : 'MISS'} ${figure.name.padEnd(18)} ${result.value} ${result.unit}  goal ${result.goal}${spread}`,
    );
    console.log(`     ${figure.title}${notes.length > 0 ? `; ${notes.at(-1)}` : ''}`);
  }
}
await Promise.all([stopDatabase(), stopPeople()]);
process.exit(missed === 0 ? 0 : 1);

/** Undefined: left out, with the reason said. Whoever names a figure that cannot be measured is told so by its failing. */
async function measure(figure: Figure) {
  try {
    const first = await run(figure, rounds);
    return first.holds ? first : await run(figure, rounds);
  } catch (error) {
    if (!(error instanceof NotSeeded) || positionals.length > 0) throw error;
    if (!values.json) console.log(`skip ${figure.name.padEnd(18)} ${error.message}`);
    return undefined;
  }
}
