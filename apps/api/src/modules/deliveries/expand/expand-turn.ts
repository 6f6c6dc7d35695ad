import type { Transact } from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { ReadRestraints } from "../judge/restraints.ts";
import {
  type Announce,
  type Before,
  expandBehind,
  expandNext,
  type Step,
  waitIfOvertaken,
} from "./expand-next.ts";
import type { MessageRef } from "./expanding.repository.ts";
import { isTooSlow, putOff, STUCK_AFTER_FAILURES } from "./failing.repository.ts";
import { createHalvings } from "./halvings.ts";

export interface TurnDeps {
  transact: Transact;
  nudgeDispatcher(): void;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
  readRestraints: ReadRestraints;
  logger: Pick<Logger, "warn" | "error">;
}

/**
 * Expands a message by itself: all of it, or two slices, and more as long as it may go on. True when there is something that
 * others have to go on with.
 */
export type TakeTurn = (message: MessageRef, mayGoOn: () => boolean) => Promise<boolean>;

/** A slice that is being made. */
interface UnderWay {
  /** Where the next one begins; undefined when it is over and none could be made at the same time. */
  next: Promise<string | undefined>;
  step: Promise<Step>;
}

/** How many slices a turn has at least. */
const SLICES_A_TURN = 2;

/** A message that fails is put off, for longer with each failure, until it works or ends. */
export function createTakeTurn(deps: TurnDeps): TakeTurn {
  const { transact, nudgeDispatcher, afterChunk, readRestraints, logger } = deps;
  const halvings = createHalvings();

  function begin(message: MessageRef, before?: Before): UnderWay {
    let announce: (cursor?: string) => void = () => undefined;
    const next = new Promise<string | undefined>((resolve) => {
      announce = resolve;
    });
    const step = makeNext(message, announce, before).catch(waitIfOvertaken);
    const announceNone = () => announce();
    step.then(announceNone, announceNone);
    return { next, step };
  }

  async function makeNext(message: MessageRef, announce: Announce, before?: Before): Promise<Step> {
    // Read for each slice: those before may have taken long.
    const restraints = await readRestraints(message.tenantId);
    const slicing = { restraints, halvings: halvings.of(message.messageId), announce };
    return transact(message, (tx) =>
      before ? expandBehind(tx, message, slicing, before) : expandNext(tx, message, slicing),
    );
  }

  /** Two slices at a time, on two cores: with the one before the last over, the next begins. */
  async function makeSlices(message: MessageRef, mayGoOn: () => boolean): Promise<boolean> {
    let slice: UnderWay | undefined = begin(message);
    for (let count = 1; slice; count++) {
      const step: Promise<Step> = slice.step;
      const cursor: string | undefined = await slice.next;
      const isNext: boolean = count < SLICES_A_TURN || mayGoOn();
      slice = cursor !== undefined && isNext ? begin(message, { cursor, step }) : undefined;
      if (!(await haveSent(message, step))) return count > 1;
    }
    return true;
  }

  /** Waits until a slice is made, and has that sent; false when nothing was. */
  async function haveSent({ tenantId, messageId }: MessageRef, made: Promise<Step>): Promise<boolean> {
    const step = await made;
    if (step === "waiting") return false;
    nudgeDispatcher();
    if (step === "finished") {
      halvings.forget(messageId);
      await afterChunk(tenantId, messageId);
    }
    return true;
  }

  return async (message, mayGoOn) => {
    try {
      return await makeSlices(message, mayGoOn);
    } catch (err) {
      if (isTooSlow(err)) halvings.add(message.messageId);
      const failureCount = await transact(message, (tx) => putOff(tx, message));
      const isStuck = failureCount >= STUCK_AFTER_FAILURES;
      const line = { err, ...message, failureCount };
      logger[isStuck ? "error" : "warn"](line, "the deliveries of a message could not be made");
      return failureCount > 0;
    }
  };
}
