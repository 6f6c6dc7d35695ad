import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Engagement, mergeReceipt, type Receipt } from "../deliveries/index.ts";
import {
  type Flow,
  hasToWithdraw,
  type Judgement,
  judgeFlow,
  type StepDelivery,
  summariseStep,
} from "./flow.rules.ts";
import { type ChannelScript, type SimulatedStep, simulateFlow } from "./simulation.rules.ts";

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

const startsOf = (steps: readonly SimulatedStep[], channels: readonly ChannelScript[]) =>
  simulateFlow(steps, channels)
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

  it("begins the window of a step that quiet hours kept back when it has gone out", () => {
    const night = 8.5 * 3600;
    const [, mail, hook] = startsOf(
      [...undelivered, { channelIds: ["hook"], when: "unread", afterSeconds: 600 }],
      [{ channelId: "mail", acceptedAfterSeconds: night }],
    );
    expect([mail, hook]).toEqual(["1@300", `2@${300 + night + 600}`]);
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

  it("agrees with an engine that judges what has come due, second by second", () => {
    fc.assert(
      fc.property(policy, scripts, (steps, channels) => {
        const { outcome, wastedCount } = simulateFlow(steps, channels);
        const engine = runEngine(steps, channels);
        expect(startsOf(steps, channels)).toEqual(engine.starts);
        expect({ outcome, wastedCount }).toEqual({ outcome: engine.state, wastedCount: engine.wastedCount });
      }),
      RUNS,
    );
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
  madeAt: number;
  answeredAt: number | null;
}

interface Engine {
  steps: readonly SimulatedStep[];
  channels: readonly ChannelScript[];
  rows: Row[];
  flow: { state: Flow["state"]; step: number; wakeAt: number | null };
  starts: string[];
  wastedCount: number;
}

const HORIZON_SECONDS = 1_500;

/** The engine in small: rows that are moved, a flow that is woken, and a loop that judges it when it is due. */
function runEngine(steps: readonly SimulatedStep[], channels: readonly ChannelScript[]) {
  const flow: Engine["flow"] = { state: "waiting", step: 0, wakeAt: 0 };
  const engine: Engine = { steps, channels, rows: [], flow, starts: [], wastedCount: 0 };
  expand(engine, 0);
  for (let now = 0; now < HORIZON_SECONDS; now += 1) {
    // A judgement may make rows that are answered in the same second.
    for (let count = -1; count !== engine.rows.length; ) {
      count = engine.rows.length;
      const news = engine.rows.map((row) => moveRow(row, now));
      if (news.includes(true)) flow.wakeAt = now;
      judgeDue(engine, now);
    }
  }
  if (flow.wakeAt !== null) judgeDue(engine, flow.wakeAt);
  return { starts: engine.starts, state: flow.state, wastedCount: engine.wastedCount };
}

function expand({ flow, starts, steps, channels, rows }: Engine, now: number): void {
  starts.push(`${flow.step}@${now}`);
  for (const channelId of steps[flow.step]?.channelIds ?? []) {
    const script = channels.find((one) => one.channelId === channelId) ?? { channelId };
    const state = script.noAddress ? "suppressed" : "ready";
    const nothing = { acceptedAt: null, deliveredAt: null, readAt: null, clickedAt: null, isRead: false };
    rows.push({ step: flow.step, script, madeAt: now, answeredAt: null, state, ...nothing });
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
function moveRow(row: Row, now: number): boolean {
  const { script } = row;
  let moved = false;
  if (row.state === "ready" && now === row.madeAt + (script.acceptedAfterSeconds ?? 0)) {
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
