import type { CollectInput, CollectOutput, NativePlugin } from "@tidings/sdk/plugin";
import type { Visit } from "../channel.ts";
import { DeadlineError, withDeadline } from "../execution/deadline.ts";
import { logFault } from "../execution/fault-log.ts";
import { cleanText, MAX_CODE_LENGTH, MAX_DETAIL_LENGTH } from "../execution/foreign-text.ts";
import { FAILED } from "../execution/obstacles.ts";
import { PluginFault } from "../execution/plugin-fault.ts";
import { isRecord, isText } from "../execution/plugin-output.ts";
import { cleanEvents } from "../execution/receipts.ts";
import type { Sender } from "../execution/request-sender.ts";
import type { NativeFollowUpDeps } from "./native-follow-ups.ts";
import { LATE } from "./native-results.ts";

const MAX_EVENTS = 1_000;
const MAX_CURSOR_LENGTH = 500;
/** A visit is many exchanges; a round of visits side by side has to stay well below what counts as hung. */
const VISIT_TIMEOUT_MS = 120_000;

export interface NativeCollectDeps extends Pick<NativeFollowUpDeps, "sessions" | "open" | "logger"> {
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

/** Visits the place where a vendor leaves its reports, over the channel's session. */
export function createNativeCollect({ sessions, open, now, logger }: NativeCollectDeps) {
  async function callPlugin(
    sender: Sender,
    plugin: NativePlugin,
    input: CollectInput,
  ): Promise<CollectOutput> {
    const { channel, credentials } = sender;
    const output: unknown = await sessions.use(
      channel,
      plugin,
      () => open(sender, plugin),
      (session) => withDeadline(Promise.resolve(session.collect?.(input)), VISIT_TIMEOUT_MS),
    );
    if (!isRecord(output)) throw new PluginFault("collect returned no object");
    return { hasMore: output.hasMore === true, ...readFailure(output.failure, credentials) };
  }

  return async (sender: Sender, plugin: NativePlugin, { cursor, keep }: Visit): Promise<CollectOutput> => {
    const keeping = new Keeping(keep);
    const input: CollectInput = {
      ...(cursor !== null && { cursor }),
      now: now(),
      keep: (events, reached) => keeping.keep(events, reached),
    };
    try {
      return await callPlugin(sender, plugin, input);
    } catch (error) {
      logFault(logger, sender, "collect", error);
      return { hasMore: false, failure: error instanceof DeadlineError ? LATE : FAILED };
    } finally {
      keeping.end();
    }
  };
}

/** What a plugin may hand over during its visit. What the host could not keep is the host's fault, whatever follows. */
class Keeping {
  readonly #keep: Visit["keep"];
  #isOver = false;
  #fault: { error: unknown } | undefined;

  constructor(keep: Visit["keep"]) {
    this.#keep = keep;
  }

  async keep(events: unknown, reached: unknown): Promise<void> {
    // Somebody else may be visiting by now.
    if (this.#isOver) throw new PluginFault("collect went on behind its end");
    if (!Array.isArray(events) || events.length > MAX_EVENTS) throw new PluginFault("events are no list");
    if (!isCursor(reached)) throw new PluginFault("the cursor is no short text");
    try {
      await this.#keep(cleanEvents(events), reached);
    } catch (error) {
      this.#fault = { error };
      throw error;
    }
  }

  /** Throws what the host has failed with. */
  end(): void {
    this.#isOver = true;
    if (this.#fault) throw this.#fault.error;
  }
}

const isCursor = (value: unknown): value is string =>
  isText(value) && value.length <= MAX_CURSOR_LENGTH && !value.includes("\0") && value.isWellFormed();

function readFailure(value: unknown, { redact }: Sender["credentials"]): Pick<CollectOutput, "failure"> {
  if (!isRecord(value)) return {};
  const code = cleanText(value.code, MAX_CODE_LENGTH, redact);
  const detail = cleanText(value.detail, MAX_DETAIL_LENGTH, redact);
  return { failure: { ...(code && { code }), ...(detail && { detail }) } };
}
