import { afterAll, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  expectProblem,
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
let other: School;
beforeAll(async () => {
  installation = await startInstallation({
    engine: false,
    limits: { backlogLimits: { perTenant: 30, inTotal: 50, storing: 5 } },
  });
  school = await givenSchool(installation);
  other = await givenSchool(installation);
});
afterAll(() => installation?.stop());

const message = (count: number) =>
  messageTo(
    {
      kind: "addresses",
      addresses: Array.from({ length: count }, (_, index) => ({ address: `a-${index}` })),
    },
    ["courier"],
  );
const storedCount = async () => {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from messages`,
  );
  return row.count;
};

it("turns messages away while too many deliveries wait, and takes them again when they are sent", async () => {
  const accepted = [await school.send(message(20)), await school.send(message(20))];
  const full = await school.trySend(message(1), { key: "again" });
  expectProblem(full, "backlog-full", 429);
  expect(full.body).toMatchObject({ limit: 30, waiting: 40 });
  expect(Number(full.headers.get("retry-after"))).toBeGreaterThan(0);
  accepted.push(await other.send(message(20)));
  const overloaded = await other.trySend(message(1));
  expectProblem(overloaded, "overloaded", 503);
  expect(Number(overloaded.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await storedCount()).toBe(3);
  await installation.startEngine();
  await school.allCompleted(accepted);
  const again = await until(async () => {
    const answer = await school.trySend(message(1), { key: "again" });
    return answer.status === 202 ? answer.body.id : undefined;
  });
  await school.completed(again);
  await expectNothingLost(installation);
});

it("turns messages away while the database does not keep up, and loses none that it has accepted", async () => {
  const before = await storedCount();
  const first = await installation.books.transaction(async ({ sql }) => {
    await sql`lock table messages in exclusive mode`;
    const waiting = Array.from({ length: 7 }, () => school.trySend(message(1)));
    const shed = await Promise.any(
      waiting.map(async (asked) => {
        const answer = await asked;
        return answer.status === 503 ? answer : Promise.reject(new Error(answer.text));
      }),
    );
    expectProblem(shed, "overloaded", 503);
    expect(shed.headers.get("retry-after")).toBe("2");
    return { waiting };
  });
  const answers = await Promise.all(first.waiting);
  const ids = answers.flatMap(({ status, body }) => (status === 202 ? [body.id] : []));
  expect(ids.length).toBeGreaterThan(0);
  await school.allCompleted(ids);
  expect(await storedCount()).toBe(before + ids.length);
  await expectNothingLost(installation);
});
