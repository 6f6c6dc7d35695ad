import type { Clock } from "../../../platform/clock.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import type { PluginCatalogue } from "../../../platform/plugin-runtime/index.ts";
import { createRecentAnswers } from "../../../platform/recent-answers.ts";
import { type FrequencyCap, listCaps } from "../../frequency-caps/index.ts";
import {
  findSettings,
  judgeQuietHours,
  listShared,
  MAX_SHARED,
  type QuietNow,
} from "../../quiet-hours/index.ts";
import { userKindsOf } from "../../users/index.ts";
import { type CountedKind, listCountedKinds } from "./allowances.repository.ts";

/** What a tenant's deliveries are judged by at a moment. */
export interface Restraints {
  /** Channel kinds by which every user is reached under the user's own id. */
  userKinds: readonly string[];
  /** Undefined: nobody is to be left undisturbed then. */
  quietHours: QuietNow | undefined;
  caps: readonly FrequencyCap[];
  /** Channel kinds by which recipients allow messages one by one. */
  countedKinds: readonly CountedKind[];
  /** Some of the messages that are made have been cancelled for users of theirs. */
  areUsersCancelled?: boolean;
}

export type ReadRestraints = (tenantId: string) => Promise<Restraints>;

/** How long a process may go on with what it has read. */
export const REMEMBER_MS = 1_000;
const MAX_REMEMBERED = 10_000;

/**
 * Reads what restrains a tenant, once a second while it sends: a tenant without quiet hours and caps pays nothing else
 * for them. Changed settings hold, and quiet hours begin, within that second; they end at their moment.
 */
export function createReadRestraints(deps: {
  transact: Transact;
  catalogue: PluginCatalogue;
  clock: Clock;
}): ReadRestraints {
  const recent = createRecentAnswers<Restraints>({
    ttlMs: REMEMBER_MS,
    maxEntries: MAX_REMEMBERED,
    monotonicMs: () => performance.now(),
  });

  const read = (tenantId: string) =>
    deps.transact({ tenantId }, (tx) => readRestraintsAt(tx, deps.catalogue, tenantId, deps.clock.now()));

  return async (tenantId) => {
    const { quietHours, ...rest } = await recent.get(tenantId, () => read(tenantId));
    return { ...rest, quietHours: quietHours && withoutEnded(quietHours, deps.clock.now()) };
  };
}

/** What will restrain a tenant at a moment, by the settings as they are now. */
export async function readRestraintsAt(
  tx: Tx,
  catalogue: PluginCatalogue,
  tenantId: string,
  at: Date,
): Promise<Restraints> {
  const [settings, own, caps, countedKinds] = await Promise.all([
    findSettings(tx, tenantId),
    listShared(tx, tenantId, MAX_SHARED),
    listCaps(tx, tenantId),
    listCountedKinds(tx, catalogue, tenantId),
  ]);
  const quietHours = judgeQuietHours(settings, own, at);
  return { userKinds: userKindsOf(catalogue), quietHours, caps, countedKinds };
}

/** What was quiet a moment ago and is not any more. */
function withoutEnded(quietHours: QuietNow, now: Date): QuietNow {
  const goingOn = <T extends Partial<Record<string, Date>>>(ends: T) =>
    Object.fromEntries(Object.entries(ends).filter(([, end]) => end !== undefined && end > now)) as T;
  return {
    ...quietHours,
    byCategory: goingOn(quietHours.byCategory),
    byFingerprint: goingOn(quietHours.byFingerprint),
  };
}
