import {
  commitWithoutWaiting,
  type Database,
  type Transact,
  type Tx,
} from "../../../platform/database/index.ts";
import type { Logger } from "../../../platform/logger.ts";
import { endRound, type Loop } from "../../../platform/loops.ts";
import { finishMessages } from "../completion.repository.ts";
import type { DirectSender } from "../dispatch/direct-sender.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Newcomer } from "../dispatch/fair-share.rules.ts";
import type { ReadRestraints, Restraints } from "../judge/restraints.ts";
import type { ReadChunk } from "../send/send.repository.ts";
import type { TakeTurn } from "./expand-turn.ts";
import * as expanding from "./expanding.repository.ts";
import { expandListed } from "./expansion.repository.ts";
import { createExpectations, type Expectations, LOOK_MS } from "./expectations.ts";

const TENANTS_A_ROUND = 1_000;
/** Of those that could not be expanded together: the other tenants wait meanwhile. */
const ALONE_A_ROUND = 100;

export interface ExpanderDeps {
  dispatch: Database;
  transact: Transact;
  nudgeDispatcher(): void;
  /** Where nobody waits, what is small is begun as it is made. */
  letThrough: Dispatcher["letThrough"];
  direct: Pick<DirectSender, "begin">;
  /** For what cannot be expanded together with others. */
  takeTurn: TakeTurn;
  readRestraints: ReadRestraints;
  logger: Pick<Logger, "warn">;
}

export type Expander = Loop & Pick<Expectations, "expect">;

/**
 * Makes the deliveries of messages that name their recipients, as many together as have gathered. Every tenant has its turn
 * in a round; larger audiences are made beside it, slice by slice: somebody's few recipients do not wait for other people's
 * thousands.
 *
 * What is for a few people is begun as it is made, where nobody waits, and sent from here.
 */
export function createExpander(deps: ExpanderDeps): Expander {
  const expectations = createExpectations();

  const findTenants = async (): Promise<string[]> =>
    expectations.take() ??
    (await deps.dispatch.transaction((tx) => expanding.listNamedTenants(tx, TENANTS_A_ROUND)));

  return {
    name: "expander",
    idleMs: LOOK_MS,
    expect: expectations.expect,
    async run() {
      const failures: unknown[] = [];
      let isMore = false;
      for (const tenantId of await findTenants()) {
        const progress = await expandTenant(deps, tenantId, failures).catch((failure) => {
          failures.push(failure);
        });
        if (progress !== "waiting") continue;
        isMore = true;
        deps.nudgeDispatcher();
      }
      return endRound({ isMore, failures }, "expander", "messages were not expanded", deps.logger);
    },
  };
}

/** What came of a turn: nothing, only chunks that are begun already, or something that others have to go on with. */
type Progress = "none" | "begun" | "waiting";

/** One turn of a tenant. */
async function expandTenant(deps: ExpanderDeps, tenantId: string, failures: unknown[]): Promise<Progress> {
  const restraints = await deps.readRestraints(tenantId);
  let named: expanding.NamedMessage[] = [];
  try {
    const send = await deps.transact({ tenantId }, async (tx) => {
      named = await expanding.reserveNamed(tx, tenantId);
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
    if (send) return "begun";
    return named.length > 0 ? "waiting" : "none";
  } catch (failure) {
    failures.push(failure);
    // One of them may be at fault: each by itself, the others get through.
    return expandAlone(deps, tenantId, idsOf(named).slice(0, ALONE_A_ROUND));
  }
}

async function expandAlone(
  { takeTurn }: ExpanderDeps,
  tenantId: string,
  messageIds: readonly string[],
): Promise<Progress> {
  let progress: Progress = "none";
  for (const messageId of messageIds) {
    if (await takeTurn({ tenantId, messageId }, () => false)) progress = "waiting";
  }
  return progress;
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
