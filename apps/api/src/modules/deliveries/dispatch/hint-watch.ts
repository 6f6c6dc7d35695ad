import type { Database } from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Loop } from "../../../platform/loops.ts";
import type { HintQueue, QueueTransport } from "../../../platform/queue/index.ts";
import { type Claim, listUnfollowed } from "./claim.repository.ts";
import type { DirectSender } from "./direct-sender.ts";
import type { SendHint } from "./dispatcher.ts";

export interface HintWatchDeps {
  dispatch: Database;
  transport: Pick<QueueTransport, "ping">;
  queue: HintQueue<SendHint>;
  direct: Pick<DirectSender, "room" | "holds" | "send">;
  /** Hints that this process follows at once. */
  slots: number;
  report(isDegraded: boolean): void;
  logger: Logger;
}

const ROUND_EVERY_MS = 1_000;
/** A hint that is not followed for so long, by a worker with nothing to do, will not be. */
const SILENCE_MS = 3_000;

/**
 * Watches whether hints get through. They do not when the transport does not answer, when it refuses one, or when
 * chunks wait for their hints while this process has nothing to do: then it is degraded, and sends what is due, and
 * what waits, by itself. It is well again when a hint of its own has been taken and hints come in again.
 */
export function createHintWatch(deps: HintWatchDeps) {
  let downSince: number | undefined;
  let lastHintAt = performance.now();
  let following = 0;
  /** What this process has the hints of, begun or about to be. */
  const followed = new Set<string>();
  let probe: "none" | "sent" | "taken" = "none";

  function goDown(error: unknown): void {
    if (downSince !== undefined) return;
    downSince = performance.now();
    probe = "none";
    deps.report(true);
    deps.logger.warn({ err: error }, "hints do not get through the queue: chunks are sent without them");
  }

  function goUpIfWell(): void {
    if (downSince === undefined || probe !== "taken" || lastHintAt < downSince) return;
    downSince = undefined;
    deps.report(false);
    deps.logger.info({}, "hints get through the queue again");
  }

  /** An empty hint: whoever follows it does nothing. One at a time, however long the transport takes. */
  function sendProbe(): void {
    if (probe === "sent") return;
    probe = "sent";
    deps.queue.add([{ claims: [] }]).then(
      () => {
        probe = "taken";
        goUpIfWell();
      },
      () => {
        probe = "none";
      },
    );
  }

  async function takeOver(): Promise<void> {
    const queued = await deps.dispatch.transaction((tx) =>
      listUnfollowed(tx, SILENCE_MS / 1000, deps.direct.room()),
    );
    const waiting = queued.filter(({ leaseToken: key }) => !followed.has(key) && !deps.direct.holds(key));
    if (waiting.length === 0) return;
    const isFollowing = following >= deps.slots || performance.now() - lastHintAt < SILENCE_MS;
    if (downSince === undefined && isFollowing) return;
    goDown(new Error("chunks wait for their hints"));
    deps.direct.send(waiting);
  }

  const loop: Loop = {
    name: "hint-watch",
    idleMs: ROUND_EVERY_MS,
    async run() {
      if (downSince === undefined) await deps.transport.ping().catch(goDown);
      else sendProbe();
      await takeOver();
      return false;
    },
  };

  return {
    loop,
    isDegraded: () => downSince !== undefined,
    /** Offers hints to the queue; what it does not take is sent without. */
    async add(hints: SendHint[]): Promise<void> {
      await deps.queue.add(hints).catch((error: unknown) => {
        goDown(error);
        for (const { claims } of hints) deps.direct.send(claims);
      });
    },
    /** Follows a hint. */
    async follow({ claims }: SendHint, send: (claims: Claim[]) => Promise<void>): Promise<void> {
      lastHintAt = performance.now();
      goUpIfWell();
      following++;
      for (const { leaseToken } of claims) followed.add(leaseToken);
      try {
        await send(claims);
      } finally {
        following--;
        for (const { leaseToken } of claims) followed.delete(leaseToken);
      }
    },
  };
}
