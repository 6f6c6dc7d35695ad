import type { Tx } from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Restraints } from "../judge/restraints.ts";
import type { ReadChunk } from "../send/send.repository.ts";
import type { ChunkSender } from "../send/send-chunks.ts";
import type { Claim } from "./claim.repository.ts";
import { byChannel } from "./claims.rules.ts";

export interface DirectSenderDeps {
  sender: ChunkSender;
  /** How many channels' chunks are sent at once. */
  slots: number;
  /** A chunk has ended, and there is room for more. */
  onRoom(): void;
  logger: Logger;
}

/**
 * Sends chunks without a hint: what is small, and everything while the queue transport carries none. Their leases and
 * states are the same, so a hint that comes all the same, now or later, finds nothing to do.
 */
export function createDirectSender({ sender, slots, onRoom, logger }: DirectSenderDeps) {
  const underWay = new Map<readonly Claim[], Promise<void>>();
  let waiting: Claim[][] = [];
  let stopped = false;

  function start(claims: readonly Claim[], send = () => sender.send(claims)): void {
    const sent = send()
      .catch((error: unknown) =>
        logger.error({ err: error }, "chunks could not be sent; their leases will run out"),
      )
      .finally(() => {
        underWay.delete(claims);
        fill();
        if (waiting.length === 0) onRoom();
      });
    underWay.set(claims, sent);
  }

  function fill(): void {
    while (!stopped && underWay.size < slots) {
      const next = waiting.shift();
      if (!next) return;
      start(next);
    }
  }

  const holds = (leaseToken: string): boolean =>
    [...underWay.keys(), ...waiting].some((claims) =>
      claims.some((claim) => claim.leaseToken === leaseToken),
    );

  return {
    /** How many chunks may be claimed for it. */
    room: (): number => (stopped ? 0 : Math.max(0, slots - underWay.size - waiting.length)),
    /** Whether it sends what is claimed by this lease, or is going to. */
    holds,
    send(claims: readonly Claim[]): void {
      waiting.push(...byChannel(claims.filter(({ leaseToken }) => !holds(leaseToken))));
      fill();
    },
    /**
     * Begins chunks in the transaction that has made them. What it returns sends them, and is to be called when that has
     * committed: the intents are then written down, so they wait for no slot, and are sent also while this stops.
     */
    async begin(tx: Tx, made: readonly ReadChunk[], restraints: Restraints): Promise<() => void> {
      const goOn = await sender.begin(tx, made, restraints);
      const works = made.map(({ work }) => work);
      return () => start(works, goOn);
    },
    /** Takes up nothing more, and waits for what is under way. */
    async stop(): Promise<void> {
      stopped = true;
      waiting = [];
      await Promise.all(underWay.values());
    },
  };
}

export type DirectSender = ReturnType<typeof createDirectSender>;
