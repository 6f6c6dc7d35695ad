import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHUNKS_IN_ALL,
  CHUNKS_PER_TENANT,
  FairShare,
  type InFlight,
  type InFlightLimits,
  type Lane,
  PASSED_SHARE,
  QUANTUM,
} from "./fair-share.rules.ts";

const LARGEST = 2_000;
const NO_LIMITS: InFlightLimits = {
  perTenant: Number.POSITIVE_INFINITY,
  inAll: Number.POSITIVE_INFINITY,
  perChannel: Number.POSITIVE_INFINITY,
};

/** A queue of a tenant in a priority, that never ends. Each of its chunks has one of these sizes, in turn. */
interface Backlog {
  tenantId: string;
  priority: number;
  sizes: number[];
}

const laneOf = ({ tenantId, priority, sizes }: Backlog, position: number, depth: number): Lane => ({
  tenantId,
  channelId: `${tenantId}-channel`,
  priority,
  isProbe: false,
  chunks: Array.from({ length: depth }, (_, index) => ({
    id: `${tenantId}/${priority}/${position + index}`,
    deliveryCount: sizes[(position + index) % sizes.length] ?? 1,
    dueAtMs: position + index,
  })),
});

/** Serves endless backlogs for a number of rounds; answers what was chosen, in order. */
function serve(backlogs: Backlog[], rounds: number, room: number, fair = new FairShare(NO_LIMITS)) {
  const positions = new Map<string, number>();
  const served: { tenantId: string; priority: number; deliveryCount: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const lanes = backlogs.map((one) => laneOf(one, positions.get(keyOf(one)) ?? 0, room));
    for (const { id } of fair.choose(lanes, [], room).chunks) {
      const [tenantId = "", priority = ""] = id.split("/");
      const key = `${tenantId}/${priority}`;
      const lane = lanes.find((one) => `${one.tenantId}/${one.priority}` === key);
      positions.set(key, (positions.get(key) ?? 0) + 1);
      const deliveryCount = lane?.chunks.find((chunk) => chunk.id === id)?.deliveryCount ?? 0;
      served.push({ tenantId, priority: Number(priority), deliveryCount });
    }
  }
  return served;
}

const keyOf = ({ tenantId, priority }: Pick<Backlog, "tenantId" | "priority">) => `${tenantId}/${priority}`;
const totals = (served: ReturnType<typeof serve>, of: "tenantId" | "priority") => {
  const sums = new Map<string | number, number>();
  for (const one of served) sums.set(one[of], (sums.get(one[of]) ?? 0) + one.deliveryCount);
  return sums;
};

const sizes = fc.array(fc.integer({ min: 1, max: LARGEST }), { minLength: 1, maxLength: 5 });
const backlogsOf = (count: { min: number; max: number }, priority: fc.Arbitrary<number>) =>
  fc
    .array(fc.record({ sizes, priority }), { minLength: count.min, maxLength: count.max })
    .map((all) => all.map((one, index) => ({ ...one, tenantId: `t${index}` })));

describe("fair share", () => {
  it("gives tenants that wait all the time the same number of deliveries, whatever the size of their chunks", () => {
    fc.assert(
      fc.property(
        backlogsOf({ min: 2, max: 6 }, fc.constant(2)),
        fc.integer({ min: 1, max: 9 }),
        (all, room) => {
          const served = serve(all, 60, room);
          const sums = totals(served, "tenantId");
          const amounts = all.map(({ tenantId }) => sums.get(tenantId) ?? 0);
          expect(Math.max(...amounts) - Math.min(...amounts)).toBeLessThan(QUANTUM + LARGEST);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("starves nobody: between two turns of a tenant the others get at most a turn's worth each", () => {
    fc.assert(
      fc.property(backlogsOf({ min: 2, max: 6 }, fc.constant(1)), (all) => {
        const served = serve(all, 100, 4);
        for (const { tenantId } of all) {
          let waited = 0;
          for (const one of served) {
            waited = one.tenantId === tenantId ? 0 : waited + one.deliveryCount;
            expect(waited).toBeLessThanOrEqual((all.length - 1) * 2 * (QUANTUM + LARGEST));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("leaves nothing unused while anything that may go is waiting", () => {
    fc.assert(
      fc.property(backlogsOf({ min: 1, max: 5 }, fc.integer({ min: 1, max: 3 })), (all) => {
        expect(serve(all, 10, 7)).toHaveLength(70);
      }),
    );
  });

  it("lets a newcomer with one delivery go before the next large chunk of anybody", () => {
    const fair = new FairShare(NO_LIMITS);
    serve([{ tenantId: "big", priority: 2, sizes: [LARGEST] }], 5, 1, fair);
    const lanes = [
      laneOf({ tenantId: "big", priority: 2, sizes: [LARGEST] }, 5, 4),
      laneOf({ tenantId: "small", priority: 2, sizes: [1] }, 0, 1),
    ];
    expect(fair.choose(lanes, [], 1).chunks[0]?.tenantId).toBe("small");
  });

  it("sends priority 1 before 2 before 3", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3], { minLength: 2 }), (priorities) => {
        const all = priorities.map((priority) => ({ tenantId: "one", priority, sizes: [1] }));
        const first = serve(all, 1, 1)[0];
        expect(first?.priority).toBe(Math.min(...priorities));
      }),
    );
  });

  it("gives a lower class its share while higher ones never end, and no more than that", () => {
    fc.assert(
      fc.property(sizes, sizes, sizes, (first, second, third) => {
        const all = [first, second, third].map((own, index) => ({
          tenantId: "one",
          priority: index + 1,
          sizes: own,
        }));
        const served = serve(all, 400, 8);
        const sums = totals(served, "priority");
        const passing = (below: number) =>
          [...sums].reduce((sum, [priority, amount]) => (Number(priority) < below ? sum + amount : sum), 0);
        for (const priority of [2, 3]) {
          const owed = passing(priority) * PASSED_SHARE;
          expect(Math.abs((sums.get(priority) ?? 0) - owed)).toBeLessThanOrEqual(
            LARGEST + LARGEST * PASSED_SHARE,
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it("keeps within what may be in flight of a tenant and of a channel, and lets a larger chunk go alone", () => {
    const limits = { perTenant: 100, perChannel: 60, inAll: 1_000 };
    const lane = (channelId: string, counts: number[]): Lane => ({
      tenantId: "one",
      channelId,
      priority: 1,
      isProbe: false,
      chunks: counts.map((deliveryCount, index) => ({
        id: `${channelId}${index}`,
        deliveryCount,
        dueAtMs: index,
      })),
    });
    const chosen = (lanes: Lane[], inFlight: InFlight[]) =>
      new FairShare(limits).choose(lanes, inFlight, 64).chunks.map(({ id }) => id);
    expect(chosen([lane("a", [40, 40]), lane("b", [40, 40])], [])).toEqual(["a0", "b0"]);
    expect(
      chosen([lane("a", [40])], [{ tenantId: "one", channelId: "b", chunkCount: 1, deliveryCount: 70 }]),
    ).toEqual([]);
    expect(chosen([lane("a", [500, 1])], [])).toEqual(["a0"]);
    const round = new FairShare(limits).choose([lane("a", [500, 1])], [], 64);
    expect(round.isMoreWaiting).toBe(true);
  });

  it("leaves others room beside a tenant's small chunks, however long they are kept", () => {
    const fair = new FairShare(NO_LIMITS);
    const lane = (tenantId: string, depth: number) => laneOf({ tenantId, priority: 2, sizes: [1] }, 0, depth);
    const many = fair.choose([lane("slow", CHUNKS_IN_ALL)], [], CHUNKS_IN_ALL);
    expect(many.chunks).toHaveLength(CHUNKS_PER_TENANT);
    expect(many.isMoreWaiting).toBe(true);
    const kept = { tenantId: "slow", channelId: "slow-channel", deliveryCount: CHUNKS_PER_TENANT };
    const inFlight = [{ ...kept, chunkCount: CHUNKS_PER_TENANT }];
    const { chunks } = fair.choose([lane("slow", 10), lane("other", 2)], inFlight, CHUNKS_IN_ALL);
    expect(chunks.map(({ tenantId }) => tenantId)).toEqual(["other", "other"]);
  });

  it("lets a tenant's small messages go beside the large chunks that a slow channel of theirs keeps", () => {
    const limits = { perTenant: 12_000, perChannel: 12_000, inAll: 128_000 };
    const kept = { tenantId: "school", channelId: "mail", chunkCount: 6, deliveryCount: 12_000 };
    const lane = (channelId: string, deliveryCount: number): Lane => ({
      tenantId: "school",
      channelId,
      priority: 2,
      isProbe: false,
      chunks: Array.from({ length: 1_000 }, (_, index) => ({
        id: `${channelId}/${index}`,
        deliveryCount,
        dueAtMs: index,
      })),
    });
    const chosen = (...lanes: Lane[]) => new FairShare(limits).choose(lanes, [kept], 1_024).chunks;
    expect(chosen(lane("mail", 2_000), lane("sms", 1)).map(({ channelId }) => channelId)).toEqual(
      Array.from({ length: 500 }, () => "sms"),
    );
    expect(chosen(lane("sms", 101))).toEqual([]);
  });

  it("lets one chunk of a channel on trial go, whatever its priorities hold", () => {
    const probe = (priority: number): Lane => ({
      ...laneOf({ tenantId: "one", priority, sizes: [5] }, 0, 3),
      isProbe: true,
    });
    const { chunks, isMoreWaiting } = new FairShare(NO_LIMITS).choose([probe(1), probe(2)], [], 64);
    expect(chunks).toMatchObject([{ id: "one/1/0", isProbe: true }]);
    expect(isMoreWaiting).toBe(false);
  });
});

describe("letting somebody through who has just come", () => {
  const limits: InFlightLimits = { perTenant: 100, perChannel: 60, inAll: 150 };
  const newcomer = (tenantId: string, channelIds: string[], deliveriesEach: number) => ({
    tenantId,
    channelIds,
    deliveriesEach,
  });
  const laneFor = (sizes: number[]) => laneOf({ tenantId: "t0", priority: 2, sizes }, 0, sizes.length);

  it("does so only behind a choice that left nothing waiting", () => {
    const fair = new FairShare(limits);
    expect(fair.letThrough(newcomer("t1", ["c1"], 1))).toBe(false);
    fair.choose([laneFor([10, 10])], [], 1);
    expect(fair.letThrough(newcomer("t1", ["c1"], 1))).toBe(false);
    fair.choose([laneFor([10])], [], 1);
    expect(fair.letThrough(newcomer("t1", ["c1"], 1))).toBe(true);
  });

  it("counts what was chosen and what is under way", () => {
    const fair = new FairShare(limits);
    fair.choose([laneFor([40])], [{ tenantId: "t0", channelId: "c9", chunkCount: 1, deliveryCount: 50 }], 1);
    expect(fair.letThrough(newcomer("t0", ["c1"], 11))).toBe(false);
    expect(fair.letThrough(newcomer("t0", ["c1"], 10))).toBe(true);
    expect(fair.letThrough(newcomer("t0", ["c1"], 1))).toBe(false);
  });

  it("counts the chunks that a tenant has under way, beside which others come through", () => {
    const fair = new FairShare(NO_LIMITS);
    const kept = { channelId: "c9", chunkCount: CHUNKS_PER_TENANT - 2, deliveryCount: CHUNKS_PER_TENANT };
    fair.choose([], [{ tenantId: "t0", ...kept }], 1);
    expect(fair.letThrough(newcomer("t0", ["c1", "c2", "c3"], 1))).toBe(false);
    expect(fair.letThrough(newcomer("t0", ["c1", "c2"], 1))).toBe(true);
    expect(fair.letThrough(newcomer("t0", ["c1"], 1))).toBe(false);
    expect(fair.letThrough(newcomer("t1", ["c4"], 1))).toBe(true);
  });

  /** The largest sum of those that belong together. */
  function most<T extends { count: number }>(all: readonly T[], keyOf: (one: T) => string): number {
    const sums = new Map<string, number>();
    for (const one of all) sums.set(keyOf(one), (sums.get(keyOf(one)) ?? 0) + one.count);
    return Math.max(0, ...sums.values());
  }

  it("lets nobody through where nothing may be claimed", () => {
    const fair = new FairShare({ ...limits, inAll: 0 });
    expect(fair.choose([laneFor([10])], [], 1).chunks).toEqual([]);
    fair.choose([], [], 1);
    expect(fair.letThrough(newcomer("t1", ["c1"], 1))).toBe(false);
  });

  it("passes no limit, whoever comes", () => {
    const someone = fc.record({
      tenantId: fc.constantFrom("t0", "t1", "t2"),
      channelIds: fc.uniqueArray(fc.constantFrom("c0", "c1", "c2"), { minLength: 1 }),
      deliveriesEach: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(someone, { maxLength: 30 }), (comers) => {
        const fair = new FairShare(limits);
        fair.choose([], [], 10);
        // Tenants have channels of their own; what is alone may be larger than a limit.
        const through = comers
          .map((one) => ({
            ...one,
            channelIds: one.channelIds.map((id) => `${one.tenantId}-${id}`),
            deliveriesEach: Math.ceil(one.deliveriesEach / one.channelIds.length),
          }))
          .filter((one) => fair.letThrough(one))
          .flatMap(({ tenantId, channelIds, deliveriesEach }) =>
            channelIds.map((channelId) => ({ tenantId, channelId, count: deliveriesEach })),
          );
        expect(most(through, () => "all")).toBeLessThanOrEqual(limits.inAll);
        expect(most(through, ({ tenantId }) => tenantId)).toBeLessThanOrEqual(limits.perTenant);
        expect(most(through, ({ channelId }) => channelId)).toBeLessThanOrEqual(limits.perChannel);
      }),
    );
  });
});
