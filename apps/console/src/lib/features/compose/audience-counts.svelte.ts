import { type Audience, type AudienceCount, tidings } from "../../api/client.ts";
import { LiveResource } from "../../data/live-resource.svelte.ts";
import type { DraftAudience } from "./draft.ts";
import { sentAudience } from "./sent-message.ts";

export type Recipients = AudienceCount;

/** While somebody is still choosing, nothing is asked. */
const DELAY_MS = 300;
const pause = () => new Promise((resolve) => setTimeout(resolve, DELAY_MS));

/**
 * How many each kind of audience of a draft has now. What was named one by one is counted here; for the rest the API is
 * asked, again with every change. Created while a component initialises.
 */
export class AudienceCounts {
  readonly #audience: () => DraftAudience;
  readonly #all: LiveResource<Recipients | null>;
  readonly #tags: LiveResource<Recipients | null>;

  constructor(audience: () => DraftAudience) {
    this.#audience = audience;
    this.#all = new LiveResource((signal) => count({ kind: "all" }, signal));
    this.#tags = new LiveResource(async (signal) => {
      const { any, all, not } = audience();
      if (any.length + all.length === 0) return null;
      const asked = sentAudience({
        ...audience(),
        kind: "tags",
        any: [...any],
        all: [...all],
        not: [...not],
      });
      await pause();
      signal.throwIfAborted();
      return count(asked, signal);
    });
  }

  /** Undefined: nobody has been chosen, or it is not known yet. */
  of(kind: DraftAudience["kind"]): Recipients | undefined {
    const { userIds, addresses } = this.#audience();
    const named = { users: userIds, addresses }[kind as "users" | "addresses"];
    if (named) return named.length > 0 ? { recipients: new Set(named).size, isExact: true } : undefined;
    return (kind === "all" ? this.#all : this.#tags).value ?? undefined;
  }

  /** Whether the number could not be had. */
  hasFailed(kind: DraftAudience["kind"]): boolean {
    if (kind === "users" || kind === "addresses") return false;
    return (kind === "all" ? this.#all : this.#tags).error !== undefined;
  }
}

const count = (audience: Audience, signal: AbortSignal) =>
  tidings.countAudience({ body: { audience }, signal });
