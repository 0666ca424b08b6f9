/** Over which time the speed is taken, in ms. */
const WINDOW = 10_000;
/** Shorter than this tells more about the buffers than about the line, in ms. */
const LEAST = 500;

/** How fast a file goes, and how long it will take. */
export class Pace {
  readonly #samples: { at: number; sent: number }[] = [];

  at(now: number, sent: number, size: number): { speed: number | null; secondsLeft: number | null } {
    const samples = this.#samples;
    samples.push({ at: now, sent });
    while (samples.length > 2 && now - samples[0]!.at > WINDOW) samples.shift();
    // the first tells only where an earlier attempt had stopped
    const { at, sent: before } = samples[0]!;
    if (now - at < LEAST || sent <= before) return { speed: null, secondsLeft: null };
    const speed = ((sent - before) * 1000) / (now - at);
    return { speed, secondsLeft: Math.ceil((size - sent) / speed) };
  }
}
