import { expect, it } from "vitest";
import { createTurns } from "./turns.ts";

function held() {
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { until, release: () => release() };
}

it("runs no more than its number at once, in the order they came, and turns away who is too many", async () => {
  const takeTurn = createTurns({ atOnce: 2, waiting: 1 });
  const gates = [held(), held(), held()];
  const begun: number[] = [];
  const works = gates.map((gate, index) =>
    takeTurn(async () => {
      begun.push(index);
      await gate.until;
    }),
  );
  await expect(takeTurn(async () => undefined)).rejects.toMatchObject({
    type: { code: "too-many-requests" },
    options: { headers: { "retry-after": "3" } },
  });
  expect(begun).toEqual([0, 1]);
  gates[1]?.release();
  await works[1];
  expect(begun).toEqual([0, 1, 2]);
  for (const gate of gates) gate.release();
  await Promise.all(works);
});

it("gives the place on when the work fails", async () => {
  const takeTurn = createTurns({ atOnce: 1, waiting: 1 });
  const first = takeTurn(async () => Promise.reject(new Error("failed")));
  const second = takeTurn(async () => "done");
  await expect(first).rejects.toThrow("failed");
  expect(await second).toBe("done");
});
