/**
 * A figure is a number that says how good the product is, with the goal it must hold. Absolute rates mean nothing on
 * shared machines (the same scenario gave 1.9 times as much in one run as in another), so a rate is always divided by
 * that of a floor measured in the same rounds, turn about, and the median of the rounds' ratios counts.
 */
export interface Figure {
  name: string;
  /** What is divided by what, for the table. */
  title: string;
  unit: string;
  goal: Goal;
  /** Sets up, then measures once per call of `round`; returns one value a round. */
  measure(bench: Bench): Promise<number[]>;
}

export type Goal = { atLeast: number } | { atMost: number } | { exactly: number };

export interface Bench {
  rounds: number;
  /** A remark for the reader of the table, as the absolute rates behind a ratio. */
  note(text: string): void;
}

export interface Result {
  figure: string;
  value: number;
  unit: string;
  goal: string;
  holds: boolean;
  min: number;
  max: number;
  rounds: number;
}

export async function run(figure: Figure, rounds: number): Promise<Result & { notes: string[] }> {
  const notes: string[] = [];
  const values = await figure.measure({ rounds, note: (text) => notes.push(text) });
  const value = median(values);
  return {
    figure: figure.name,
    value: tidy(value),
    unit: figure.unit,
    goal: words(figure.goal),
    holds: holds(figure.goal, value),
    min: tidy(Math.min(...values)),
    max: tidy(Math.max(...values)),
    rounds: values.length,
    notes,
  };
}

/** Measures `subject` and `floor` in turns, the order swapped every round, and returns the ratios. */
export async function paired(
  bench: Bench,
  subject: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<number[]> {
  const ratios: number[] = [];
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < bench.rounds; round += 1) {
    const first = round % 2 === 0;
    const early = first ? await subject() : await floor();
    const late = first ? await floor() : await subject();
    const [above, below] = first ? [early, late] : [late, early];
    rates[0].push(above);
    rates[1].push(below);
    ratios.push(above / below);
  }
  bench.note(`medians ${tidy(median(rates[0]))} ÷ ${tidy(median(rates[1]))}`);
  return ratios;
}

export function median(values: number[]): number {
  return percentile(values, 0.5);
}

/** By linear interpolation between the two nearest ranks. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (high - low) * (place % 1);
}

function holds(goal: Goal, value: number): boolean {
  if ('atLeast' in goal) return value >= goal.atLeast;
  if ('atMost' in goal) return value <= goal.atMost;
  return value === goal.exactly;
}

function words(goal: Goal): string {
  if ('atLeast' in goal) return `>= ${goal.atLeast}`;
  if ('atMost' in goal) return `<= ${goal.atMost}`;
  return `= ${goal.exactly}`;
}

export function tidy(value: number): number {
  return Number(value.toPrecision(3));
}
