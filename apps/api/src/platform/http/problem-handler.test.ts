import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { DatabaseDeadlineError, DatabaseUnavailableError } from "../database/index.ts";
import type { Logger } from "../logger.ts";
import type { AppEnv } from "./app-env.ts";
import { handleError } from "./problem-handler.ts";

const silent = { error: () => {} } as unknown as Logger;

/** What a caller is answered when the use case fails with the error. */
async function answerTo(method: string, error: Error) {
  const app = new Hono<AppEnv>();
  app.onError(handleError(silent));
  app.all("/", () => {
    throw error;
  });
  const answer = await app.request("/", { method });
  const { code, detail } = (await answer.json()) as { code: string; detail: string };
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), code, detail };
}

const lost = (outcome: "unknown" | "not_committed") =>
  new DatabaseUnavailableError("connection lost", { outcome });
const late = (outcome: "unknown" | "not_committed") =>
  new DatabaseDeadlineError("late", { outcome, deadlineMs: 1 });
const refused = (code: string) => Object.assign(new Error("refused by the server"), { code });

describe("a database that does not answer", () => {
  it.each([lost, late])("is no reason to call what may have been saved unsaved", async (fail) => {
    const known = await answerTo("POST", fail("not_committed"));
    expect(known).toMatchObject({ status: 503, code: "unavailable", retryAfter: "2" });
    expect(known.detail).toContain("Nothing was saved");
    const wrapped = new Error("failed query", { cause: fail("unknown") });
    const undecided = await answerTo("POST", wrapped);
    expect(undecided).toMatchObject({ status: 503, code: "unavailable", retryAfter: "2" });
    expect(undecided.detail).toContain("not known whether this was saved");
    expect((await answerTo("GET", wrapped)).detail).toContain("try again");
  });

  it.each(["55P03", "57014", "40P01", "40001"])(
    "is asked again later where others were in the way: %s",
    async (code) => {
      const answer = await answerTo("POST", new Error("failed query", { cause: refused(code) }));
      expect(answer).toMatchObject({ status: 503, code: "unavailable", retryAfter: "2" });
    },
  );

  it("is not blamed for a fault of ours", async () => {
    expect(await answerTo("POST", refused("42601"))).toMatchObject({ status: 500, code: "internal-error" });
  });
});
