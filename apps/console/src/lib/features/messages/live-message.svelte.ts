import { untrack } from "svelte";
import { type MessageDetail, tidings } from "../../api/client.ts";

const REFRESH_MS = 1500;
/** How often the page asks by itself before it tries again to be told. */
const ROUNDS_ASKING = 8;

/**
 * A message that changes while it is looked at. The server tells what changes; while that cannot be had (too many
 * listen, a proxy holds it back, the connection breaks), the page asks. Created while a component initialises.
 */
export class LiveMessage {
  value = $state.raw() as MessageDetail;
  /** Why the last question failed: what is shown is getting old. */
  error = $state.raw<unknown>();
  #isOver = false;
  readonly #isSettled: (message: MessageDetail) => boolean;

  /** `first` is the message as the page was loaded with it. */
  constructor(first: () => MessageDetail, isSettled: (message: MessageDetail) => boolean) {
    this.value = untrack(first);
    this.#isSettled = isSettled;
    $effect(() => {
      this.value = first();
      this.error = undefined;
      this.#isOver = false;
      const controller = new AbortController();
      untrack(() => this.#keepUp(controller.signal));
      return () => controller.abort();
    });
  }

  /** Asks at once: the member has just changed something. */
  reload(): void {
    this.#ask(new AbortController().signal);
  }

  async #keepUp(signal: AbortSignal): Promise<void> {
    const isDone = () => signal.aborted || this.#isOver || this.#isSettled(this.value);
    while (!isDone()) {
      await this.#listen(signal);
      for (let round = 0; round < ROUNDS_ASKING && !isDone(); round++) {
        // Nobody looks at a hidden tab; the next round after it is shown again catches up.
        if (!document.hidden) await this.#ask(signal);
        await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
      }
    }
  }

  /** Takes what the server tells for as long as it tells something. */
  async #listen(signal: AbortSignal): Promise<void> {
    const path = { messageId: this.value.id };
    try {
      for await (const { isOver, ...changes } of await tidings.watchMessage({ path, signal })) {
        if (signal.aborted) return;
        this.value = { ...this.value, ...changes };
        this.error = undefined;
        this.#isOver = isOver;
      }
    } catch {
      // Asking shows whether anything is wrong beyond the stream.
    }
  }

  /** A question that failed leaves the last answer; the next one may do better. */
  async #ask(signal: AbortSignal): Promise<void> {
    const path = { messageId: this.value.id };
    try {
      const message = await tidings.getMessage({ path, signal });
      if (signal.aborted || message.id !== this.value.id) return;
      this.value = message;
      this.error = undefined;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }
}
