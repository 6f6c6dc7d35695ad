import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  expandOnce,
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

const PUPILS = ["a", "b", "c"];
const KINDS = { courier: "push", hook: "webhook" } as const;
type Code = keyof typeof KINDS;
type Category = "service" | "marketing" | "critical";

interface Cap {
  limit: number;
  hours: number;
  channelKind: string | null;
  category: "service" | "marketing" | null;
}
interface Sent {
  to: string[] | "all";
  channels: Code[];
  category: Category;
}

type Model = ReturnType<typeof createModel>;

/** What becomes of deliveries one after the other: each passes when all caps that ask for it have room. */
function createModel(caps: readonly Cap[]) {
  const passed: { userId: string; kind: string; category: Category }[] = [];
  return (userId: string, kind: string, category: Category): string => {
    const asks = (cap: Cap, row: { kind: string; category: Category }) =>
      row.category !== "critical" &&
      (cap.channelKind ?? row.kind) === row.kind &&
      (cap.category ?? row.category) === row.category;
    const isFull = (cap: Cap) =>
      asks(cap, { kind, category }) &&
      passed.filter((row) => row.userId === userId && asks(cap, row)).length >= cap.limit;
    const over = caps.find(isFull);
    if (over) return `${over.limit}/${over.hours}h`;
    passed.push({ userId, kind, category });
    return "passes";
  };
}

const cap: fc.Arbitrary<Cap> = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  hours: fc.integer({ min: 1, max: 700 }),
  channelKind: fc.constantFrom(null, "push", "webhook"),
  category: fc.constantFrom(null, "service" as const, "marketing" as const),
});
const message: fc.Arbitrary<Sent> = fc.record({
  to: fc.oneof({ weight: 4, arbitrary: fc.subarray(PUPILS, { minLength: 1 }) }, fc.constant("all" as const)),
  channels: fc.subarray<Code>(["courier", "hook"], { minLength: 1 }),
  category: fc.constantFrom<Category>("service", "marketing", "critical"),
});
const round = fc.array(message, { minLength: 1, maxLength: 7 });
// Two caps of the same window and scope would be refused.
const caps = fc.uniqueArray(cap, { minLength: 1, maxLength: 5, selector: ({ hours }) => hours });

let installation: Installation;
const sent: { school: School; ids: string[] }[] = [];
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
afterAll(() => installation?.stop());

async function givenCaps(items: Cap[]): Promise<School> {
  const school = await givenSchool(installation);
  await school.addUsers(
    PUPILS.map((userId) => ({
      userId,
      identities: Object.values(KINDS).map((kind) => ({ kind, address: `${userId}-${kind}` })),
    })),
  );
  await mustSucceed(school.owner("PUT", "/v1/frequency-caps", { items }));
  return school;
}

const inOrder = (school: School, codes: Code[]) =>
  [...codes].sort((one, other) => (school.channels[one].id < school.channels[other].id ? -1 : 1));

async function outcomesOf(school: School, id: string): Promise<Record<string, string | undefined>> {
  const rows = await school.deliveriesOf(id);
  return Object.fromEntries(
    rows.map(({ user, channel, state, reasonDetail }) => {
      const kind = KINDS[channel.id === school.channels.courier.id ? "courier" : "hook"];
      return [`${user?.userId} ${kind}`, state === "ready" ? "passes" : reasonDetail?.split(" ")[0]];
    }),
  );
}

/** Sends a round, named users first as they are expanded first, and returns the messages in the order of expansion. */
async function sendRound(school: School, round: Sent[]): Promise<(Sent & { id: string })[]> {
  const ordered = [...round.filter(({ to }) => to !== "all"), ...round.filter(({ to }) => to === "all")];
  const made: (Sent & { id: string })[] = [];
  for (const message of ordered) {
    const { to, channels, category } = message;
    const audience = to === "all" ? { kind: "all" } : users(...to);
    made.push({ ...message, id: await school.send(messageTo(audience, channels, { category })) });
  }
  while (await expandOnce(installation));
  return made;
}

function expectedOf(school: School, model: Model, { to, channels, category }: Sent): Record<string, string> {
  const rows = inOrder(school, channels).flatMap((code) =>
    (to === "all" ? PUPILS : to).map((userId) => ({ userId, kind: KINDS[code] })),
  );
  return Object.fromEntries(
    rows.map(({ userId, kind }) => [`${userId} ${kind}`, model(userId, kind, category)]),
  );
}

it("caps let through what each of them has room for, and what one leaves out uses up no other", async () => {
  await fc.assert(
    fc.asyncProperty(caps, fc.array(round, { minLength: 1, maxLength: 2 }), async (items, rounds) => {
      const school = await givenCaps(items);
      const model = createModel(items);
      for (const messages of rounds) {
        const made = await sendRound(school, messages);
        sent.push({ school, ids: made.map(({ id }) => id) });
        for (const message of made) {
          expect(await outcomesOf(school, message.id)).toEqual(expectedOf(school, model, message));
        }
      }
    }),
    { numRuns: 20 },
  );
  const engine = await installation.startEngine();
  for (const { school, ids } of sent) await school.allCompleted(ids);
  await engine.stop();
  await expectNothingLost(installation);
}, 180_000);
