import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type Answer,
  type Call,
  callWithKey,
  expandOnce,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  until,
  users,
} from "../harness/index.ts";
import * as life from "./message-life.ts";

let installation: Installation;
let school: School;
/** A source whose messages somebody has to approve. */
let strict: Call;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
  await school.addUsers(
    ["u-1", "u-2"].map((userId) => ({
      userId,
      tags: ["两人"],
      identities: [{ kind: "push", address: userId }],
    })),
  );
  strict = await givenStrictSource();
});
afterAll(() => installation?.stop());

async function givenStrictSource(): Promise<Call> {
  const { owner, channels, roleIds } = school;
  const { id } = await mustSucceed<{ id: string }>(
    owner("POST", "/v1/sources", { code: "strict", name: "须审核" }),
  );
  await mustSucceed(owner("PUT", `/v1/sources/${id}/channels/${channels.courier.id}`));
  await mustSucceed(
    owner("PUT", "/v1/approval-flow", {
      name: "审核",
      state: "on",
      conditions: { sourceIds: [id], composed: false },
      levels: [{ name: "一级", roleIds: [roleIds.reviewer], mode: "any" }],
    }),
  );
  const { key } = await mustSucceed<{ key: string }>(owner("POST", `/v1/sources/${id}/api-keys`));
  return callWithKey(installation, key);
}

interface Known {
  id: string;
  content: string;
  by: Call;
  contentHash: string;
  approvalRequestId: string | null;
}

/** The installation, and what this run has made of messages in it; they stand in the order of the model's. */
interface Real {
  known: Known[];
}

type Command = fc.AsyncCommand<life.Model, Real>;

const TAGGED = { kind: "tags", any: ["两人"], all: [], not: [] };
let nextContent = 0;

const inSeconds = (seconds: number) => ({
  at: new Date(Date.now() + seconds * 1000).toISOString(),
  timeZone: "Asia/Shanghai",
});

async function send(by: Call, wish: life.Wish): Promise<Known> {
  const content = `m-${nextContent++}`;
  const audience = wish.audience === "users" ? users("u-1", "u-2") : TAGGED;
  const id = await school.send(
    messageTo(audience, ["courier"], {
      variables: { content },
      ...(wish.inSeconds !== null && { schedule: inSeconds(wish.inSeconds) }),
      ...(wish.ttlSeconds !== null && { ttlSeconds: wish.ttlSeconds }),
    }),
    { as: by },
  );
  const detail = await mustSucceed<Pick<Known, "contentHash" | "approvalRequestId">>(
    school.owner("GET", `/v1/messages/${id}`),
  );
  return { id, content, by, contentHash: detail.contentHash, approvalRequestId: detail.approvalRequestId };
}

const stateOf = async ({ id }: Known) => (await school.message(id)).state;

/** How often the courier was asked to bring the message to each of the two. */
const broughtTo = ({ content }: Known) =>
  installation.vendor.calls
    .flatMap(({ body }) => JSON.parse(body).items as { to: string; text: string }[])
    .filter(({ text }) => text === content)
    .map(({ to }) => to)
    .sort();

const sending = (wish: life.Wish): Command => ({
  check: () => true,
  async run(model, { known }) {
    const expected = life.begin(model, wish);
    const made = await send(wish.isStrict ? strict : school.source, wish);
    known.push(made);
    expect(await stateOf(made)).toBe(expected.state);
  },
  toString: () => `send(${JSON.stringify(wish)})`,
});

/** Does something to one of the messages, and holds the answer and the state after it to the model. */
const acting = (
  name: string,
  pick: number,
  foretell: (model: life.Model, one: life.Life) => life.Verdict,
  act: (known: Known) => Promise<Answer<{ code?: string }>>,
): Command => ({
  check: ({ lives }) => lives.length > 0,
  async run(model, { known }) {
    const index = pick % known.length;
    const [one, real] = [model.lives[index] as life.Life, known[index] as Known];
    // Only what waits for approval, or has, can be decided about.
    if (name.startsWith("decide") && !real.approvalRequestId) return;
    const verdict = foretell(model, one);
    const { status, body } = await act(real);
    expect(status < 300 ? "done" : body.code).toBe(verdict);
    expect(await stateOf(real)).toBe(one.state);
  },
  toString: () => `${name}(${pick})`,
});

const post = (path: string) => (known: Known) =>
  known.by<{ code?: string }>("POST", `/v1/messages/${known.id}/${path}`);

const deciding = (pick: number, decision: "approve" | "reject") =>
  acting(
    `decide:${decision}`,
    pick,
    (model, one) => life.decide(model, one, decision),
    ({ approvalRequestId, contentHash }) =>
      school.reviewer("POST", `/v1/approval-requests/${approvalRequestId}/decisions`, {
        decision,
        contentHash,
        ...(decision === "reject" && { reason: "不行" }),
      }),
  );

const passing = (seconds: number): Command => ({
  check: () => true,
  async run(model) {
    model.now += seconds;
    await timePasses(installation, seconds);
  },
  toString: () => `timePasses(${seconds})`,
});

/** The deliveries are made, and wait. */
const expandRound = (): Command => ({
  check: () => true,
  async run(model, { known }) {
    life.expandRound(model);
    while (await expandOnce(installation));
    expect(await Promise.all(known.map(stateOf))).toEqual(model.lives.map(({ state }) => state));
  },
  toString: () => "expandRound",
});

/** The workers come, do what there is to do, and go again. */
const workRound = (): Command => ({
  check: () => true,
  async run(model, { known }) {
    life.workRound(model);
    const engine = await installation.startEngine();
    try {
      // What is begun by its time after all the others has gone out: they have been looked at.
      const nothing = { isStrict: false, ttlSeconds: null };
      const last = await send(school.source, { ...nothing, audience: "tags", inSeconds: 0.3 });
      await school.completed(last.id);
      const expected = model.lives.map(({ state }) => state);
      let states: string[] = [];
      await until(
        async () => {
          states = await Promise.all(known.map(stateOf));
          return states.every((state, index) => state === expected[index]);
        },
        { timeoutMs: 5_000 },
      ).catch(() => expect(states).toEqual(expected));
    } finally {
      await engine.stop();
    }
    for (const [index, one] of model.lives.entries()) {
      expect(broughtTo(known[index] as Known)).toEqual(one.state === "completed" ? ["u-1", "u-2"] : []);
    }
  },
  toString: () => "workRound",
});

/*
 * No sum of the times that pass is near any moment at which something becomes due: a run may take a while, and the
 * clock goes on.
 */
const PASSES = [400, 1000];
const BEGINNINGS = [650, 1850, 3650];
const TTL_SECONDS = 710;

const wish = fc.record({
  audience: fc.constantFrom<life.Wish["audience"]>("users", "tags"),
  isStrict: fc.boolean(),
  inSeconds: fc.option(fc.constantFrom(...BEGINNINGS)),
  ttlSeconds: fc.option(fc.constant(TTL_SECONDS)),
});
const pick = fc.nat({ max: 20 });
const commands = fc.commands(
  [
    wish.map(sending),
    wish.map(sending),
    pick.map((one) => acting("pause", one, (_, it) => life.pause(it), post("pause"))),
    pick.map((one) => acting("resume", one, (_, it) => life.resume(it), post("resumption"))),
    pick.map((one) => acting("cancel", one, (_, it) => life.cancel(it), post("cancellation"))),
    fc.tuple(pick, fc.constantFrom(...BEGINNINGS)).map(([one, seconds]) =>
      acting(
        `reschedule:${seconds}`,
        one,
        (model, it) => life.reschedule(model, it, seconds),
        ({ by, id }) => by("PATCH", `/v1/messages/${id}`, { schedule: inSeconds(seconds) }),
      ),
    ),
    fc
      .tuple(pick, fc.constantFrom<"approve" | "reject">("approve", "approve", "reject"))
      .map(([one, decision]) => deciding(one, decision)),
    fc.constantFrom(...PASSES).map(passing),
    fc.constant(expandRound()),
    fc.constant(workRound()),
  ],
  { maxCommands: 25, size: "max" },
);

it("lives as it should, whatever is done to it and whenever the workers come", async () => {
  const property = fc.asyncProperty(commands, async (sequence) => {
    const known: Known[] = [];
    await fc.asyncModelRun(() => ({ model: { now: 0, lives: [] }, real: { known } }), sequence);
    for (const one of known) await post("cancellation")(one);
    installation.vendor.reset();
  });
  await fc.assert(property, { numRuns: 10, interruptAfterTimeLimit: 15_000 });
  await installation.startEngine();
  await expectNothingLost(installation);
});
