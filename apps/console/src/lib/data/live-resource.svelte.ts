import { untrack } from "svelte";

/**
 * One thing that is fetched, and fetched again every `refreshMs` while the page is looked at: progress
 * of a message, health of a channel. Created while a component initialises, like `CursorList`.
 */
export class LiveResource<Value> {
  value = $state.raw<Value>();
  error = $state.raw<unknown>();
  #attempt = $state(0);

  constructor(
    fetchValue: (signal: AbortSignal) => Promise<Value>,
    options: { refreshMs?: number; until?: (value: Value) => boolean } = {},
  ) {
    $effect(() => {
      this.#attempt;
      const controller = new AbortController();
      let timer: ReturnType<typeof setTimeout>;

      const schedule = () => {
        const finished = this.value !== undefined && options.until?.(this.value);
        if (options.refreshMs && !finished && !controller.signal.aborted)
          timer = setTimeout(tick, options.refreshMs);
      };
      const tick = async () => {
        // Nobody looks at a hidden tab; the next tick after it is shown again catches up.
        if (!document.hidden || this.value === undefined) await this.#take(fetchValue, controller.signal);
        schedule();
      };

      const first = fetchValue(controller.signal);
      untrack(() => this.#take(() => first, controller.signal).then(schedule));
      return () => {
        clearTimeout(timer);
        controller.abort();
      };
    });
  }

  get status(): "loading" | "ready" | "failed" {
    if (this.value !== undefined) return "ready";
    return this.error === undefined ? "loading" : "failed";
  }

  reload(): void {
    this.#attempt += 1;
  }

  /** A failed refresh keeps the last value: `error` says that it is getting old. */
  async #take(fetchValue: (signal: AbortSignal) => Promise<Value>, signal: AbortSignal): Promise<void> {
    try {
      const value = await fetchValue(signal);
      if (signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }
}
