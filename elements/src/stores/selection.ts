import type { JobTarget } from '@patchbay/server-kit/contract';

/** As many as a job takes one by one. */
export const MOST_CHOSEN = 10_000;

/** Who is chosen in a list: some, one by one, or all whom the view finds, loaded or not. */
export class Selection {
  /** Everybody in the view, also those who come while it is looked at. */
  all = false;
  readonly ids = new Set<string>();

  has(id: string): boolean {
    return this.all || this.ids.has(id);
  }

  get empty(): boolean {
    return !this.all && this.ids.size === 0;
  }

  /** How many; null while it is not known how many the view has. */
  count(inView: number | null): number | null {
    return this.all ? inView : this.ids.size;
  }

  /**
   * A job takes people by name or a whole view, but not "all but one": who takes one out of all goes on with those that
   * `loaded` names.
   */
  set(ids: readonly string[], chosen: boolean, loaded: readonly string[] = []): void {
    if (this.all) {
      if (chosen) return;
      this.all = false;
      for (const id of loaded) this.ids.add(id);
    }
    for (const id of ids) {
      if (chosen) this.ids.add(id);
      else this.ids.delete(id);
    }
  }

  everybody(): void {
    this.all = true;
    this.ids.clear();
  }

  clear(): void {
    this.all = false;
    this.ids.clear();
  }

  /** Null when nobody is chosen, or more one by one than a job takes. */
  target(view: JobTarget): JobTarget | null {
    if (this.all) return view;
    return this.ids.size === 0 || this.ids.size > MOST_CHOSEN ? null : { ids: [...this.ids] };
  }
}
