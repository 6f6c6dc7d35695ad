import {
  commitWithoutWaiting,
  type Database,
  type Transact,
  type Tx,
} from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Loop } from "../../../platform/loops.ts";
import { finishMessages } from "../completion.repository.ts";
import type { DirectSender } from "../dispatch/direct-sender.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Newcomer } from "../dispatch/fair-share.rules.ts";
import type { ReadRestraints, Restraints } from "../judge/restraints.ts";
import type { ReadChunk } from "../send/send.repository.ts";
import { expandBeside, expandNext, type Step, waitIfOvertaken } from "./expand-next.ts";
import * as expanding from "./expanding.repository.ts";
import { expandListed } from "./expansion.repository.ts";
import * as failing from "./failing.repository.ts";
import { createHalvings, type Halvings } from "./halvings.ts";
import { inTurns } from "./in-turns.rules.ts";

const TENANTS_A_ROUND = 1_000;
const SLICED_A_ROUND = 20;
/** How long slices are made before those have their turn again who name their recipients, ms. */
const SLICING_MS = 250;
/** Of those that could not be expanded together: the other tenants wait meanwhile. */
const ALONE_A_ROUND = 100;
/** Over all tenants. */
const TRIED_AGAIN_A_ROUND = 20;

export interface ExpanderDeps {
  dispatch: Database;
  transact: Transact;
  nudgeDispatcher(): void;
  /** Where nobody waits, what is small is begun as it is made. */
  letThrough: Dispatcher["letThrough"];
  direct: Pick<DirectSender, "begin">;
  afterChunk(tenantId: string, messageId: string): Promise<void>;
  readRestraints: ReadRestraints;
  logger: Pick<Logger, "warn" | "error">;
}

export interface Expander extends Loop {
  /** The tenant has a message whose deliveries are to be made: the next round need not look for it. */
  expect(tenantId: string): void;
}

type Message = failing.FailedMessage;

/** However many messages are expected, the others are looked for as often, ms. */
const IDLE_MS = 250;

/**
 * Makes the deliveries of messages. Those that name their recipients are expanded together, as many as have gathered;
 * larger audiences slice by slice, with the cursor in the slice's transaction: a crash repeats at most the slice that
 * had not committed, and sending starts after the first. Every tenant has its turn in a round; slices are made behind all of
 * them, and not for long: somebody's few recipients must not wait for other people's thousands.
 *
 * A message that fails is tried again after a pause that grows with each failure, by itself, until it works or ends;
 * nothing has to step over it meanwhile.
 *
 * What is for a few people is begun as it is made, where nobody waits, and sent from here.
 */
export function createExpander(deps: ExpanderDeps, slicingMs = SLICING_MS): Expander {
  const own = { ...deps, halvings: createHalvings() };
  const expected = new Set<string>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** The tenant whose slice was made last. */
  let lastTenantId = "";

  /** Tenants with something to expand, and what is to be tried again. */
  async function findWork(): Promise<[tenants: string[], failed: Message[]]> {
    const known = [...expected];
    expected.clear();
    if (known.length > 0 && performance.now() - lookedAt < IDLE_MS) return [known, []];
    lookedAt = performance.now();
    return deps.dispatch.transaction((tx) =>
      Promise.all([
        expanding.listExpandingTenants(tx, TENANTS_A_ROUND),
        failing.listFailed(tx, TRIED_AGAIN_A_ROUND),
      ]),
    );
  }

  return {
    name: "expander",
    idleMs: IDLE_MS,
    expect: (tenantId) => void expected.add(tenantId),
    async run() {
      const [tenants, failed] = await findWork();
      const failures: unknown[] = [];
      let more = false;
      const turn = async (expand: () => Promise<Progress>) => {
        const progress = await expand().catch((failure) => {
          failures.push(failure);
          return "none" as const;
        });
        if (progress !== "waiting") return;
        more = true;
        deps.nudgeDispatcher();
      };
      const sliced = failed.map((message) => [message]);
      for (const tenantId of tenants) await turn(() => expandTenant(own, tenantId, failures, sliced));
      const until = performance.now() + slicingMs;
      for (const message of inTurns(sliced, lastTenantId)) {
        if (performance.now() > until) {
          more = true;
          break;
        }
        lastTenantId = message.tenantId;
        await turn(() => expandOrPutOff(own, message));
      }
      if (failures.length === 0) return more;
      // What cannot be expanded must not keep what stands behind it waiting, nor for the pause behind a failed round.
      const failure = new AggregateError(failures, "messages were not expanded");
      if (!more) throw failure;
      deps.logger.warn({ err: failure, loop: "expander" }, failure.message);
      return true;
    },
  };
}

/** What came of a turn: nothing, only chunks that are begun already, or something that others have to go on with. */
type Progress = "none" | "begun" | "waiting";

type OwnDeps = ExpanderDeps & { halvings: Halvings };

/** One turn of a tenant; its messages that have a slice to make are put down in `sliced`. */
async function expandTenant(
  deps: OwnDeps,
  tenantId: string,
  failures: unknown[],
  sliced: Message[][],
): Promise<Progress> {
  const restraints = await deps.readRestraints(tenantId);
  let named: expanding.NamedMessage[] = [];
  let alone: string[] = [];
  let waiting: string[] = [];
  let progress: Progress = "none";
  try {
    const send = await deps.transact({ tenantId }, async (tx) => {
      [named, waiting] = await Promise.all([
        expanding.reserveNamed(tx, tenantId),
        expanding.listSliced(tx, tenantId, SLICED_A_ROUND),
      ]);
      const isAlive = named.length > 0 && named.every(({ isOver }) => !isOver);
      const isBegun = isAlive && deps.letThrough(newcomerOf(tenantId, named));
      // An intent has to last before the vendor is called.
      const [begun] = await Promise.all([
        expandNamed(tx, tenantId, named, { restraints, isBegun }),
        ...(isBegun ? [] : [commitWithoutWaiting(tx)]),
      ]);
      return isBegun ? deps.direct.begin(tx, begun, restraints) : undefined;
    });
    send?.();
    if (named.length > 0) progress = send ? "begun" : "waiting";
  } catch (failure) {
    failures.push(failure);
    // One of them may be at fault: each by itself, the others get through.
    alone = idsOf(named).slice(0, ALONE_A_ROUND);
  }
  if (waiting.length > 0) sliced.push(waiting.map((messageId) => ({ tenantId, messageId })));
  for (const messageId of alone) {
    const one = await expandOrPutOff(deps, { tenantId, messageId });
    if (one !== "none") progress = one;
  }
  return progress;
}

/** Expands a message by itself; `none` when it has to wait. What fails is out of the way until its pause is over. */
async function expandOrPutOff(deps: OwnDeps, message: Message): Promise<Progress> {
  // Read for each: those before may have taken long.
  const restraints = await deps.readRestraints(message.tenantId);
  try {
    return (await expandOne(deps, message, restraints)) === "waiting" ? "none" : "waiting";
  } catch (err) {
    if (failing.isTooSlow(err)) deps.halvings.add(message.messageId);
    const failureCount = await deps.transact(message, (tx) => failing.putOff(tx, message));
    const isStuck = failureCount >= failing.STUCK_AFTER_FAILURES;
    const line = { err, ...message, failureCount };
    deps.logger[isStuck ? "error" : "warn"](line, "the deliveries of a message could not be made");
    return failureCount > 0 ? "waiting" : "none";
  }
}

/** Makes the deliveries of messages that name their recipients; returns the chunks that are begun already. */
async function expandNamed(
  tx: Tx,
  tenantId: string,
  messages: readonly expanding.NamedMessage[],
  { restraints, isBegun }: { restraints: Restraints; isBegun: boolean },
): Promise<ReadChunk[]> {
  // What is critical does not wait for those who count.
  const isFree = ({ isCritical }: expanding.NamedMessage) => isCritical || restraints.caps.length === 0;
  const areUsersCancelled = messages.some((message) => message.areUsersCancelled);
  const groups = [
    { ids: idsOf(messages.filter(isFree)), restraints: { ...restraints, caps: [], areUsersCancelled } },
    {
      ids: idsOf(messages.filter((message) => !isFree(message))),
      restraints: { ...restraints, areUsersCancelled },
    },
  ].filter(({ ids }) => ids.length > 0);
  if (groups.length === 0) return [];
  const [, ...made] = await Promise.all([
    expanding.markExpanded(tx, tenantId, idsOf(messages)),
    ...groups.map(({ ids, restraints }) =>
      expandListed(tx, tenantId, ids, { restraints, deduplicates: false, isBegun }),
    ),
  ]);
  await finishMessages(
    tx,
    tenantId,
    made.flatMap(({ unsendable }) => unsendable),
  );
  return made.flatMap(({ begun }) => begun);
}

/** Room for all recipients in each of the channels: more than messages take that do not go through the same. */
const newcomerOf = (tenantId: string, messages: readonly expanding.NamedMessage[]): Newcomer => ({
  tenantId,
  channelIds: [...new Set(messages.flatMap(({ channelIds }) => channelIds))],
  deliveriesEach: messages.reduce((sum, { recipientCount }) => sum + recipientCount, 0),
});

const idsOf = (messages: readonly expanding.NamedMessage[]) => messages.map(({ id }) => id);

/** One turn of a message: all of it, or two slices at once, the second of which is begun by the first. */
async function expandOne(deps: OwnDeps, message: Message, restraints: Restraints): Promise<Step> {
  const slicing = { restraints, halvings: deps.halvings.of(message.messageId) };
  let second: Promise<Step> | undefined;
  const begin = (cursor: string) => {
    second ??= deps.transact(message, (tx) => expandBeside(tx, message, slicing, { cursor, before: first }));
    // Heard of below, when the first is over.
    second.catch(() => undefined);
  };
  const first = deps.transact(message, (tx) => expandNext(tx, message, slicing, begin));
  const step = await first.catch(waitIfOvertaken);
  // What the first has made is sent while the second is made.
  if (second) deps.nudgeDispatcher();
  const last = step === "sliced" && second ? await second.catch(waitIfOvertaken) : step;
  if (last === "finished") {
    deps.halvings.forget(message.messageId);
    await deps.afterChunk(message.tenantId, message.messageId);
  }
  return last === "waiting" ? step : last;
}
