import { backlogFull, overloaded } from "../message.errors.ts";

/** What the operator allows to pile up. */
export interface BacklogLimits {
  /** Deliveries of one tenant that wait. */
  perTenant: number;
  /** Deliveries that wait in all. */
  inTotal: number;
  /** Messages that one process is storing at once. */
  storing: number;
}

export interface AdmissionDeps {
  readBacklog(): Promise<ReadonlyMap<string, number>>;
  limits: BacklogLimits;
}

export const DEFAULT_BACKLOG: BacklogLimits = { perTenant: 2_000_000, inTotal: 10_000_000, storing: 1_000 };

const SAMPLE_EVERY_MS = 1_000;
/** At most a fiftieth of one connection's time goes into counting. */
const REST_FACTOR = 50;
/** An older count says nothing any more and is waited for. */
const MAX_AGE_MS = 60_000;
/** A message that has been waiting this long to be stored shows that the database does not keep up. */
const SLOW_MS = 2_000;
const RETRY_SECONDS = { backlog: "30", saturated: "2" };

interface Sample {
  at: number;
  restMs: number;
  byTenant: ReadonlyMap<string, number>;
  total: number;
}

/** A message that is being stored, since when. */
interface Storing {
  since: number;
}

const EMPTY: Sample = { at: Number.NEGATIVE_INFINITY, restMs: 0, byTenant: new Map(), total: 0 };

/**
 * Turns messages away before anything of them is stored, when too much waits already or the database does not keep
 * up. The backlog is counted at most once a second, off the requests' path; what this process has accepted since is
 * added. What comes in through several processes within a second may exceed a limit by that much.
 */
export function createAdmission({ readBacklog, limits }: AdmissionDeps) {
  let sample = EMPTY;
  let sampling: Promise<void> | undefined;
  let acceptedSince = new Map<string, number>();
  let acceptedTotal = 0;
  const underWay = new Set<Storing>();

  async function takeSample(): Promise<void> {
    const startedAt = performance.now();
    const [before, beforeTotal] = [acceptedSince, acceptedTotal];
    acceptedSince = new Map();
    acceptedTotal = 0;
    try {
      const byTenant = await readBacklog();
      const total = [...byTenant.values()].reduce((sum, count) => sum + count, 0);
      const at = performance.now();
      sample = { at, restMs: Math.max(SAMPLE_EVERY_MS, (at - startedAt) * REST_FACTOR), byTenant, total };
    } catch {
      // No count is no reason to refuse: whether the database is up shows when the message is stored.
      for (const [tenantId, count] of before) addTo(acceptedSince, tenantId, count);
      acceptedTotal += beforeTotal;
    }
  }

  const ageMs = () => performance.now() - sample.at;

  /** Counts anew; waits for it only where the last count says nothing any more. */
  async function freshen(): Promise<void> {
    sampling ??= takeSample().finally(() => {
      sampling = undefined;
    });
    if (ageMs() > Math.max(MAX_AGE_MS, 2 * sample.restMs)) await sampling;
  }

  function assertKeepingUp(): void {
    const [oldest] = underWay;
    const isSlow = oldest !== undefined && performance.now() - oldest.since > SLOW_MS;
    if (!isSlow && underWay.size < limits.storing) return;
    throw overloaded(
      "Messages cannot be stored fast enough at the moment. Nothing was saved; try again soon.",
      {
        headers: { "retry-after": RETRY_SECONDS.saturated },
      },
    );
  }

  function assertRoom(tenantId: string): void {
    const headers = { "retry-after": RETRY_SECONDS.backlog };
    const waiting = (sample.byTenant.get(tenantId) ?? 0) + (acceptedSince.get(tenantId) ?? 0);
    if (waiting >= limits.perTenant) {
      throw backlogFull(
        `${waiting} deliveries wait to be sent, and ${limits.perTenant} may. Try again later.`,
        {
          headers,
          extensions: { limit: limits.perTenant, waiting },
        },
      );
    }
    if (sample.total + acceptedTotal < limits.inTotal) return;
    throw overloaded("Too much waits to be sent at the moment. Nothing was saved; try again later.", {
      headers,
    });
  }

  return {
    /**
     * Runs `store` if there is room for another message; it says how many deliveries it has made. What takes its time before
     * anything is stored, it does `aside`.
     */
    async admit<T extends { deliveryCount: number }>(
      tenantId: string,
      store: (aside: Aside) => Promise<T>,
    ): Promise<T> {
      assertKeepingUp();
      // The place is taken before anything is awaited: requests that arrive together count each other.
      const storing = { since: performance.now() };
      underWay.add(storing);
      try {
        if (ageMs() >= sample.restMs) await freshen();
        assertRoom(tenantId);
        const stored = await store(asideOf(underWay, storing));
        addTo(acceptedSince, tenantId, stored.deliveryCount);
        acceptedTotal += stored.deliveryCount;
        return stored;
      } finally {
        underWay.delete(storing);
      }
    },
  };
}

/** Does what says nothing about how fast messages are stored: others are not turned away for how long it takes. */
export type Aside = <R>(work: () => Promise<R>) => Promise<R>;

const asideOf =
  (underWay: Set<Storing>, storing: Storing): Aside =>
  async (work) => {
    underWay.delete(storing);
    try {
      return await work();
    } finally {
      storing.since = performance.now();
      underWay.add(storing);
    }
  };

export type Admission = ReturnType<typeof createAdmission>;

const addTo = (counts: Map<string, number>, key: string, count: number) =>
  counts.set(key, (counts.get(key) ?? 0) + count);
