import { type Audience, type AudienceCount, tidings } from "../../api/client.ts";
import { LiveResource } from "../../data/live-resource.svelte.ts";
import type { DraftAudience } from "./draft.ts";
import { sentAudience } from "./sent-message.ts";

export type Recipients = AudienceCount;

/** While somebody is still choosing, nothing is asked. */
const DELAY_MS = 300;
const pause = () => new Promise((resolve) => setTimeout(resolve, DELAY_MS));

/** The kinds whose number only the API knows, and whether enough has been chosen to ask. */
const ASKED = {
  all: () => true,
  tags: ({ any, all }: DraftAudience) => any.length + all.length > 0,
  departments: ({ departmentIds }: DraftAudience) => departmentIds.length > 0,
  segment: ({ segmentId }: DraftAudience) => segmentId !== "",
};
type AskedKind = keyof typeof ASKED;
const isAsked = (kind: DraftAudience["kind"]): kind is AskedKind => Object.hasOwn(ASKED, kind);

/**
 * How many each kind of audience of a draft has now. What was named one by one is counted here; for the rest the API is
 * asked, again with every change. Created while a component initialises.
 */
export class AudienceCounts {
  readonly #audience: () => DraftAudience;
  readonly #asked: Record<AskedKind, LiveResource<Recipients | null>>;

  constructor(audience: () => DraftAudience) {
    this.#audience = audience;
    const ask = (kind: AskedKind) =>
      new LiveResource(async (signal) => {
        if (!ASKED[kind](audience())) return null;
        const asked = sentAudience({ ...($state.snapshot(audience()) as DraftAudience), kind });
        await pause();
        signal.throwIfAborted();
        return count(asked, signal);
      });
    this.#asked = {
      all: ask("all"),
      tags: ask("tags"),
      departments: ask("departments"),
      segment: ask("segment"),
    };
  }

  /** Undefined: nobody has been chosen, or it is not known yet. */
  of(kind: DraftAudience["kind"]): Recipients | undefined {
    if (isAsked(kind)) return this.#asked[kind].value ?? undefined;
    const { userIds, addresses, file } = this.#audience();
    if (kind === "file") return file ? { recipients: file.rowCount, isExact: true } : undefined;
    const named = kind === "users" ? userIds : addresses;
    return named.length > 0 ? { recipients: new Set(named).size, isExact: true } : undefined;
  }

  /** Whether the number could not be had. */
  hasFailed(kind: DraftAudience["kind"]): boolean {
    return isAsked(kind) && this.#asked[kind].error !== undefined;
  }
}

const count = (audience: Audience, signal: AbortSignal) =>
  tidings.countAudience({ body: { audience }, signal });
