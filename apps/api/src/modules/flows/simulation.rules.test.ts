import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Engagement, mergeReceipt, type Receipt } from "../deliveries/index.ts";
import { meetQuietHours, type QuietHoursChoice } from "../quiet-hours/index.ts";
import {
  type Flow,
  hasToWithdraw,
  type Judgement,
  judgeFlow,
  type StepDelivery,
  summariseStep,
} from "./flow.rules.ts";
import {
  type ChannelScript,
  type SimulatedClock,
  type SimulatedStep,
  simulateFlow,
} from "./simulation.rules.ts";

const RUNS = { numRuns: 2_000 };
const seconds = fc.option(fc.integer({ min: 0, max: 90 }), { nil: undefined });
const waitFor = fc.record({
  when: fc.constantFrom("failed", "undelivered", "unread"),
  afterSeconds: fc.integer({ min: 1, max: 60 }),
});
/** Up to four steps; no channel stands in two of them, as none may in neighbours. */
const policy = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), waitFor), { minLength: 1, maxLength: 4 })
  .map((steps) =>
    steps.map(([count, condition], index): SimulatedStep => {
      const channelIds = Array.from({ length: count }, (_, channel) => `${index}-${channel}`);
      return index === 0 ? { channelIds } : { channelIds, ...condition };
    }),
  );
const CHANNELS = [0, 1, 2, 3].flatMap((step) => [0, 1, 2].map((channel) => `${step}-${channel}`));
const script = fc.record({
  noAddress: fc.boolean(),
  acceptedAfterSeconds: seconds,
  failedWith: fc.option(fc.constant("refused"), { nil: undefined }),
  deliveredAfterSeconds: seconds,
  undeliveredAfterSeconds: seconds,
  readAfterSeconds: seconds,
  clickedAfterSeconds: seconds,
});
const scripts = fc
  .array(script, { minLength: CHANNELS.length, maxLength: CHANNELS.length })
  .map((all) => all.map((one, index): ChannelScript => ({ channelId: CHANNELS[index] ?? "", ...one })));

/** Quiet from a second of the run to another, and what the message does then. */
const quiet = fc
  .record({
    from: fc.integer({ min: 0, max: 200 }),
    lasts: fc.integer({ min: 0, max: 200 }),
    choice: fc.constantFrom("defer" as const, "drop" as const, "ignore" as const),
  })
  .map(({ from, lasts, choice }): SimulatedClock => {
    const endsAt = new Date((from + lasts) * 1000);
    const met = { of: "tenant" as const, timeZone: "Asia/Shanghai", endsAt, choice };
    return {
      startsAt: new Date(0),
      quietHoursAt: (at) => (at.getTime() >= from * 1000 && at < endsAt ? met : undefined),
    };
  });

const startsOf = (
  steps: readonly SimulatedStep[],
  channels: readonly ChannelScript[],
  clock?: SimulatedClock,
) =>
  simulateFlow(steps, channels, clock)
    .timeline.filter(({ kind }) => kind === "step_started")
    .map(({ step, atSeconds }) => `${step}@${atSeconds}`);

const kindsOf = (steps: readonly SimulatedStep[], channels: readonly ChannelScript[]) =>
  simulateFlow(steps, channels).timeline.map(({ atSeconds, kind, step }) => `${atSeconds} ${kind} ${step}`);

const undelivered: SimulatedStep[] = [
  { channelIds: ["sms"] },
  { channelIds: ["mail"], when: "undelivered", afterSeconds: 300 },
];

describe("simulateFlow", () => {
  it("sends no fallback for a receipt at 4:59, and one at 5:00 without it", () => {
    expect(kindsOf(undelivered, [{ channelId: "sms", deliveredAfterSeconds: 299 }])).toEqual([
      "0 step_started 0",
      "0 accepted 0",
      "0 waiting 0",
      "299 delivered 0",
      "299 satisfied 0",
    ]);
    expect(startsOf(undelivered, [])).toEqual(["0@0", "1@300"]);
  });

  it("counts the window from the vendor's acceptance", () => {
    expect(startsOf(undelivered, [{ channelId: "sms", acceptedAfterSeconds: 1000 }])).toEqual([
      "0@0",
      "1@1300",
    ]);
  });

  it("cancels what is queued and calls wasted what has left, when the receipt comes late", () => {
    const late = { channelId: "sms", deliveredAfterSeconds: 310 };
    expect(kindsOf(undelivered, [late, { channelId: "mail", acceptedAfterSeconds: 60 }]).slice(-3)).toEqual([
      "310 delivered 0",
      "310 satisfied 0",
      "310 cancelled 1",
    ]);
    expect(kindsOf(undelivered, [late]).slice(-3)).toEqual([
      "310 delivered 0",
      "310 satisfied 0",
      "310 wasted 1",
    ]);
  });

  it("skips a step without an address at once and says so", () => {
    expect(kindsOf(undelivered, [{ channelId: "sms", noAddress: true }])).toEqual([
      "0 step_started 0",
      "0 no_address 0",
      "0 step_skipped 0",
      "0 step_started 1",
      "0 accepted 1",
      "0 exhausted 1",
    ]);
  });

  it("ends for every user, whatever comes in whatever order", () => {
    fc.assert(
      fc.property(policy, scripts, (steps, channels) => {
        const { outcome, timeline } = simulateFlow(steps, channels);
        expect(outcome).not.toBe("waiting");
        const starts = timeline.filter(({ kind }) => kind === "step_started").map(({ step }) => step);
        expect(starts).toEqual(steps.slice(0, starts.length).map((_, index) => index));
      }),
      RUNS,
    );
  });

  it("agrees with an engine that judges what has come due, second by second, also around quiet hours", () => {
    fc.assert(
      fc.property(policy, scripts, quiet, (steps, channels, clock) => {
        const { outcome, wastedCount } = simulateFlow(steps, channels, clock);
        const engine = runEngine(steps, channels, clock);
        expect(startsOf(steps, channels, clock)).toEqual(engine.starts);
        expect({ outcome, wastedCount }).toEqual({ outcome: engine.state, wastedCount: engine.wastedCount });
      }),
      RUNS,
    );
  });
});

/** From 22:00 to 07:00, as its clocks show them. */
const nightsIn = (timeZone: string) => ({
  ofTenant: { timeZone, windows: [{ from: "22:00", to: "07:00", weekdays: [1, 2, 3, 4, 5, 6, 7] }] },
  ofCategories: {},
});
const startingAt = (at: string, choice?: QuietHoursChoice, timeZone = "Asia/Shanghai"): SimulatedClock => ({
  startsAt: new Date(at),
  quietHoursAt: (moment) =>
    meetQuietHours(nightsIn(timeZone), { category: "service", choice, own: undefined }, moment),
});
const HOUR = 3600;

describe("a simulation that runs into the night", () => {
  const told = (channels: ChannelScript[], clock: SimulatedClock, steps = undelivered) =>
    simulateFlow(steps, channels, clock).timeline.map(({ atSeconds, kind, step, untilSeconds }) =>
      [atSeconds, kind, step, untilSeconds].filter((part) => part !== null).join(" "),
    );

  it("defers a step until the morning, and begins its window when the vendor has it", () => {
    const steps: SimulatedStep[] = [
      ...undelivered,
      { channelIds: ["hook"], when: "unread", afterSeconds: 600 },
    ];
    expect(told([], startingAt("2026-11-25T21:56:00+08:00"), steps)).toEqual([
      "0 step_started 0",
      "0 accepted 0",
      "0 waiting 0 300",
      "300 step_started 1",
      `300 deferred 1 ${9 * HOUR + 240}`,
      `${9 * HOUR + 240} accepted 1`,
      `${9 * HOUR + 240} waiting 1 ${9 * HOUR + 840}`,
      `${9 * HOUR + 840} step_started 2`,
      `${9 * HOUR + 840} accepted 2`,
      `${9 * HOUR + 840} exhausted 2`,
    ]);
  });

  it("queues from the end of quiet hours, and waits anew for those that have begun when its turn comes", () => {
    const sms = { channelId: "sms", acceptedAfterSeconds: 600 };
    const [only] = undelivered;
    expect(told([sms], startingAt("2026-11-25T23:00:00+08:00"), only && [only])).toEqual([
      "0 step_started 0",
      `0 deferred 0 ${8 * HOUR}`,
      `${8 * HOUR + 600} accepted 0`,
      `${8 * HOUR + 600} exhausted 0`,
    ]);
    expect(told([sms], startingAt("2026-11-25T21:55:00+08:00"), only && [only])).toEqual([
      "0 step_started 0",
      `600 deferred 0 ${9 * HOUR + 300}`,
      `${9 * HOUR + 300} accepted 0`,
      `${9 * HOUR + 300} exhausted 0`,
    ]);
  });

  it("leaves out what the message would rather drop, and takes the next step at once for that reason", () => {
    const { timeline, outcome } = simulateFlow(
      undelivered,
      [{ channelId: "sms", acceptedAfterSeconds: 600 }],
      startingAt("2026-11-25T21:55:00+08:00", "drop"),
    );
    expect(timeline.map(({ atSeconds, kind, step, because }) => [atSeconds, kind, step, because])).toEqual([
      [0, "step_started", 0, null],
      [600, "suppressed", 0, null],
      [600, "step_skipped", 0, "quiet_hours"],
      [600, "step_started", 1, "quiet_hours"],
      [600, "suppressed", 1, null],
      [600, "exhausted", 1, null],
    ]);
    expect(outcome).toBe("exhausted");
  });

  it("withdraws a deferred fallback when the receipt comes during the night", () => {
    const late = [{ channelId: "sms", deliveredAfterSeconds: 2 * HOUR }];
    const { timeline, wastedCount } = simulateFlow(
      undelivered,
      late,
      startingAt("2026-11-25T21:56:00+08:00"),
    );
    expect(timeline.slice(-3).map(({ kind, step }) => [kind, step])).toEqual([
      ["delivered", 0],
      ["satisfied", 0],
      ["cancelled", 1],
    ]);
    expect(wastedCount).toBe(0);
  });

  it.each([
    ["an hour longer", "2026-10-24T22:00:00+02:00", 10],
    ["an hour shorter", "2026-03-28T22:00:00+01:00", 8],
  ])("knows a night that is %s because the clocks change", (_, at, nightHours) => {
    const [, deferred] = told([], startingAt(at, undefined, "Europe/Berlin"));
    expect(deferred).toBe(`0 deferred 0 ${nightHours * HOUR}`);
  });

  it("goes on in spite of the night where the message ignores it", () => {
    expect(startsOf(undelivered, [], startingAt("2026-11-25T21:56:00+08:00", "ignore"))).toEqual([
      "0@0",
      "1@300",
    ]);
  });
});

describe("mergeReceipt", () => {
  const receipt = fc.record({
    type: fc.constantFrom<Receipt["type"]>("delivered", "undelivered", "read", "clicked"),
    at: fc.integer({ min: 0, max: 50 }).map((second) => new Date(second * 1000)),
  });
  const start = fc.constantFrom<Engagement["state"]>("accepted", "unknown");

  it("does not care for the order of receipts, nor for repeats", () => {
    fc.assert(
      fc.property(
        start,
        fc.array(receipt, { maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (state, some, random) => {
          const delivery = { state, deliveredAt: null, readAt: null, clickedAt: null };
          const shuffled = [...some, ...some]
            .map((one) => ({ one, key: random.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
          const merge = (all: Receipt[]) => all.reduce<Engagement>(mergeReceipt, delivery);
          expect(merge(shuffled)).toEqual(merge(some));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

interface Row extends Omit<StepDelivery, "state">, Engagement {
  step: number;
  script: ChannelScript;
  /** When its turn comes; it is judged again then. */
  turnAt: number;
  answeredAt: number | null;
}

interface Engine {
  steps: readonly SimulatedStep[];
  channels: readonly ChannelScript[];
  clock: SimulatedClock;
  rows: Row[];
  flow: { state: Flow["state"]; step: number; wakeAt: number | null };
  starts: string[];
  wastedCount: number;
}

const HORIZON_SECONDS = 2_000;

/** The engine in small: rows that are moved, a flow that is woken, and a loop that judges it when it is due. */
function runEngine(
  steps: readonly SimulatedStep[],
  channels: readonly ChannelScript[],
  clock: SimulatedClock,
) {
  const flow: Engine["flow"] = { state: "waiting", step: 0, wakeAt: 0 };
  const engine: Engine = { steps, channels, clock, rows: [], flow, starts: [], wastedCount: 0 };
  expand(engine, 0);
  for (let now = 0; now < HORIZON_SECONDS; now += 1) {
    // A judgement may make rows that are answered in the same second.
    for (let count = -1; count !== engine.rows.length; ) {
      count = engine.rows.length;
      const news = engine.rows.map((row) => moveRow(engine, row, now));
      if (news.includes(true)) flow.wakeAt = now;
      judgeDue(engine, now);
    }
  }
  if (flow.wakeAt !== null) judgeDue(engine, flow.wakeAt);
  return { starts: engine.starts, state: flow.state, wastedCount: engine.wastedCount };
}

function expand({ flow, starts, steps, channels, rows, clock }: Engine, now: number): void {
  starts.push(`${flow.step}@${now}`);
  for (const channelId of steps[flow.step]?.channelIds ?? []) {
    const script = channels.find((one) => one.channelId === channelId) ?? { channelId };
    const met = clock.quietHoursAt(new Date(now * 1000));
    const isDropped = script.noAddress || met?.choice === "drop";
    const state = isDropped ? "suppressed" : "ready";
    const mayGoAt = met?.choice === "defer" ? met.endsAt.getTime() / 1000 : now;
    const turnAt = mayGoAt + (script.acceptedAfterSeconds ?? 0);
    const nothing = { acceptedAt: null, deliveredAt: null, readAt: null, clickedAt: null, isRead: false };
    rows.push({ step: flow.step, script, turnAt, answeredAt: null, state, ...nothing });
  }
}

function judgeDue(engine: Engine, now: number): void {
  const { flow } = engine;
  while (flow.wakeAt !== null && flow.wakeAt <= now) {
    const steps = Array.from({ length: flow.step + 1 }, (_, index) =>
      summariseStep(engine.rows.filter(({ step }) => step === index)),
    );
    const seen = { ...flow, steps };
    const judgement = judgeFlow(engine.steps, seen, new Date(now * 1000));
    flow.wakeAt = judgement.kind === "wait" && judgement.until ? judgement.until.getTime() / 1000 : null;
    if (judgement.kind === "exhausted") flow.state = "exhausted";
    if (judgement.kind === "satisfied") satisfy(engine, seen, judgement);
    if (judgement.kind !== "advance") continue;
    flow.step += 1;
    expand(engine, now);
    flow.wakeAt = now;
  }
}

function satisfy(engine: Engine, seen: Flow, judgement: Extract<Judgement, { kind: "satisfied" }>): void {
  engine.flow.state = "satisfied";
  engine.wastedCount = judgement.wastedCount;
  if (!hasToWithdraw(seen, judgement)) return;
  const queued = engine.rows.filter(({ step, state }) => step > judgement.by && state === "ready");
  for (const row of queued) row.state = "cancelled";
}

/** Whether something became of the row in this second. */
function moveRow({ clock }: Engine, row: Row, now: number): boolean {
  const { script } = row;
  let moved = false;
  if (row.state === "ready" && now === row.turnAt) {
    const met = clock.quietHoursAt(new Date(now * 1000));
    if (met?.choice === "defer") {
      row.turnAt = met.endsAt.getTime() / 1000;
      return false;
    }
    if (met?.choice === "drop") {
      row.state = "suppressed";
      return true;
    }
    row.state = script.failedWith === undefined ? "accepted" : "failed";
    row.answeredAt = now;
    if (row.state === "accepted") row.acceptedAt = new Date(now * 1000);
    moved = true;
  }
  return applyReceipts(row, now) || moved;
}

function applyReceipts(row: Row, now: number): boolean {
  const answeredAt = row.acceptedAt ? row.answeredAt : null;
  if (answeredAt === null) return false;
  const types = (["delivered", "undelivered", "read", "clicked"] as const).filter(
    (type) => now - answeredAt === row.script[`${type}AfterSeconds`],
  );
  for (const type of types) Object.assign(row, mergeReceipt(row, { type, at: new Date(now * 1000) }));
  row.isRead = row.readAt !== null || row.clickedAt !== null;
  return types.length > 0;
}
