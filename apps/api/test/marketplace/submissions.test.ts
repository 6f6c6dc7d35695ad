import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCheckerLoop } from "../../src/modules/marketplace/index.ts";
import { callWithKey, expectProblem, mustSucceed, until } from "../harness/index.ts";
import {
  FORGETFUL_CODE,
  GREEDY_CODE,
  newKey,
  type PackageChange,
  SOUND_CODE,
  type SubmissionBody,
  signedBody,
} from "./acme.ts";
import { type DeskScene, type ListingView, startDeskScene } from "./desk-scene.ts";

let scene: DeskScene;
beforeAll(async () => {
  scene = await startDeskScene();
}, 60_000);
afterAll(() => scene?.stop());

/** A plugin of its own for each test: versions never change. */
const named = (name: string, version = "1.0.0", change: PackageChange = {}): PackageChange => ({
  ...change,
  manifest: { ...change.manifest, id: `acme/${name}`, version },
});

const codesOf = ({ report }: ListingView) =>
  (report?.checks ?? []).flatMap(({ problems }) => problems.map(({ code }) => code));

const post = (body: SubmissionBody | object) => scene.acme("POST", "/v1/publishers/acme/submissions", body);

describe("a submission", () => {
  it("is checked in the sandbox, graded, and waits for its review", async () => {
    const taken = await scene.submit(named("life"));
    expect(taken).toMatchObject({ pluginId: "acme/life", state: "checking", grade: null, report: null });
    const listing = await scene.checked("1.0.0", "life");
    expect(listing).toMatchObject({ state: "in_review", grade: "bronze" });
    expect(listing.report?.faults).toEqual([]);
    expect(listing.report?.checks.length).toBeGreaterThan(15);
    expect(listing.report?.widening).toContainEqual({ kind: "hosts", value: "api.pigeon.example" });
  });

  it("answers the same when it comes again, and changes nothing", async () => {
    const change = named("again");
    const first = await scene.submit(change);
    const again = await scene.submit(change);
    expect(again.sha256).toBe(first.sha256);
    const page = await mustSucceed<{ items: ListingView[] }>(
      scene.acme("GET", "/v1/publishers/acme/submissions"),
    );
    expect(page.items.filter(({ pluginId }) => pluginId === "acme/again")).toHaveLength(1);
  });

  it("is refused with its faults when it breaks a promise", async () => {
    await scene.submit(named("forgetful", "1.0.0", { code: FORGETFUL_CODE }));
    const listing = await scene.checked("1.0.0", "forgetful");
    expect(listing).toMatchObject({ state: "refused", grade: null });
    expect(listing.report?.faults).toContainEqual({
      code: "promise_broken",
      params: expect.objectContaining({ check: "planAnswersEveryMessageOnce" }),
      at: [],
      detail: expect.stringContaining("planAnswersEveryMessageOnce"),
    });
    const check = listing.report?.checks.find(({ name }) => name === "planAnswersEveryMessageOnce");
    expect(check?.problems[0]).toEqual({
      code: "ref_missing",
      params: { ref: "dlv_0" },
      at: [{ code: "with_count", params: { count: 1 } }],
      detail: "with 1 messages: never answers dlv_0",
    });
  });

  it("is refused without being run when its code makes code", async () => {
    await scene.submit(
      named("eval", "1.0.0", { code: `${SOUND_CODE}\nexport const x = () => eval("1");\n` }),
    );
    const listing = await scene.checked("1.0.0", "eval");
    expect(listing.state).toBe("refused");
    expect(listing.report?.findings.map(({ rule, code }) => [rule, code])).toContainEqual([
      "eval",
      "code_makes_code",
    ]);
    expect(listing.report?.faults[0]).toMatchObject({
      code: "code_makes_code",
      params: { name: "eval" },
      at: [{ code: "in_line", params: { path: "plugin.js" } }],
    });
    expect(listing.report?.checks).toEqual([]);
  });

  it("is refused when it holds the sandbox, and the next one is checked all the same", async () => {
    await scene.submit(named("greedy", "1.0.0", { code: GREEDY_CODE }));
    await scene.submit(named("endless", "1.0.0", { code: `${SOUND_CODE}\nfor (;;);\n` }));
    await scene.submit(named("behind"));
    const greedy = await scene.checked("1.0.0", "greedy");
    expect(greedy.state).toBe("refused");
    expect(codesOf(greedy)).toContain("plugin_too_greedy");
    expect(codesOf(greedy)).not.toContain("throws");
    expect((await scene.checked("1.0.0", "endless")).state).toBe("refused");
    expect((await scene.checked("1.0.0", "behind")).state).toBe("in_review");
  }, 180_000);
});

describe("what is refused at once", () => {
  it("no package", async () => {
    const body = await signedBody(named("none"), scene.key);
    const answer = await post({ ...body, archive: Buffer.from("no archive").toString("base64") });
    expectProblem(answer, "package-refused", 422);
    expect(answer.body.errors).toEqual([
      {
        pointer: "/archive",
        code: "archive_no_gzip",
        params: {},
        at: [],
        detail: "the archive is no gzip file",
      },
    ]);
  });

  it("another publisher's plugin", async () => {
    const body = await signedBody({ manifest: { id: "other/pigeon" } }, scene.key, "other");
    const answer = await post(body);
    expectProblem(answer, "package-refused", 422);
    expect(answer.body.errors[0].code).toBe("publisher_foreign");
  });

  it("a signature by a key that nobody registered", async () => {
    expectProblem(await post(await signedBody(named("foreign"), newKey())), "signature-refused", 422);
  });

  it("a signature over another package", async () => {
    const body = await signedBody(named("swapped"), scene.key);
    const other = await signedBody(named("swapped", "1.0.0", { readme: "# Other\n" }), scene.key);
    expectProblem(await post({ ...body, envelope: other.envelope }), "signature-refused", 422);
  });

  it("a signature by a key that was revoked", async () => {
    const key = newKey();
    await mustSucceed(scene.acme("POST", "/v1/publishers/acme/keys", { publicKey: key.publicKey }));
    await mustSucceed(scene.acme("DELETE", `/v1/publishers/acme/keys/${key.keyId}`));
    const answer = await post(await signedBody(named("revoked"), key));
    expectProblem(answer, "signature-refused", 422);
    expect(answer.body.errors[0].code).toBe("key_revoked");
  });

  it("other content under a version that is known", async () => {
    await scene.submit(named("fixed"));
    const answer = await post(await signedBody(named("fixed", "1.0.0", { readme: "# New\n" }), scene.key));
    expectProblem(answer, "version-taken", 409);
  });

  it("a version that is not higher than the last", async () => {
    await scene.submit(named("lower", "1.2.0"));
    expectProblem(
      await post(await signedBody(named("lower", "1.1.9"), scene.key)),
      "version-not-higher",
      409,
    );
  });

  it("anything from a publisher that is suspended", async () => {
    const [operator] = scene.operators;
    const { id } = await mustSucceed<{ id: string }>(scene.acme("GET", "/v1/publishers/acme"));
    const change = (state: string) =>
      mustSucceed(operator("PATCH", `/v1/operator/publishers/${id}`, { state, reason: "spam" }));
    await change("suspended");
    expectProblem(await post(await signedBody(named("spam"), scene.key)), "publisher-suspended", 403);
    await change("active");
  });
});

describe("a publisher's token", () => {
  it("submits and reads its submissions, and opens nothing else", async () => {
    const created = await mustSucceed<{ id: string; token: string }>(
      scene.acme("POST", "/v1/publishers/acme/tokens", { name: "CI" }),
    );
    const call = callWithKey(scene.installation, created.token);
    const body = await signedBody(named("token"), scene.key);
    expect((await call("POST", "/v1/publishers/acme/submissions", body)).status).toBe(202);
    expect((await call("GET", "/v1/publishers/acme/submissions")).status).toBe(200);
    for (const path of ["/v1/publishers/acme", "/v1/me", "/v1/users", "/v1/operator/listings"]) {
      expectProblem(await call("GET", path), "forbidden", 403);
    }
    expectProblem(await call("GET", "/v1/publishers/other/submissions"), "forbidden", 403);
    await mustSucceed(scene.acme("DELETE", `/v1/publishers/acme/tokens/${created.id}`));
    expectProblem(await call("GET", "/v1/publishers/acme/submissions"), "unauthenticated", 401);
  });

  it("is kept as a hash only", async () => {
    const { token } = await mustSucceed<{ token: string }>(
      scene.acme("POST", "/v1/publishers/acme/tokens", { name: "once", validDays: 1 }),
    );
    const listed = await scene.acme("GET", "/v1/publishers/acme/tokens");
    expect(listed.text).not.toContain(token);
    const [row] = await scene.installation.books.transaction(
      ({ sql }) => sql<{ text: string }[]>`select string_agg(t::text, '') as text from publisher_tokens t`,
    );
    expect(row?.text).not.toContain(token);
  });
});

describe("publishers", () => {
  it("are nobody's but their own logins'", async () => {
    const stranger = scene.school.owner;
    expectProblem(await stranger("GET", "/v1/publishers/acme"), "not-found", 404);
    expectProblem(await stranger("GET", "/v1/publishers/acme/submissions"), "not-found", 404);
    const body = await signedBody(named("stranger"), scene.key);
    expectProblem(await stranger("POST", "/v1/publishers/acme/submissions", body), "not-found", 404);
  });

  it("cannot take a name that is taken or ours", async () => {
    const create = (slug: string) =>
      scene.school.owner("POST", "/v1/publishers", { slug, name: "X", contact: "x@x.example" });
    expectProblem(await create("acme"), "publisher-not-unique", 409);
    expectProblem(await create("tidings"), "invalid-input", 422);
  });

  it("may be five of one login at most", async () => {
    const answers = [];
    for (let i = 0; i < 6; i++) {
      answers.push(
        await scene.school.reviewer("POST", "/v1/publishers", {
          slug: `many-${i}`,
          name: "X",
          contact: "x@x.example",
        }),
      );
    }
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 409]);
  });
});

describe("checks that a process did not finish", () => {
  it("are made by the next one", async () => {
    const later = await startDeskScene({ desk: false });
    const { api: database, clock, logger } = later.installation.foundation;
    try {
      await later.submit(named("interrupted"));
      let isUnderWay = false;
      const checkPackage = () => {
        isUnderWay = true;
        return new Promise<never>(() => undefined);
      };
      // The process that took it up says nothing more, as one that was killed.
      void createCheckerLoop({ database, checkPackage, clock, logger }).run();
      await until(async () => isUnderWay);
      later.startDesk();
      expect((await later.checked("1.0.0", "interrupted")).state).toBe("in_review");
    } finally {
      await later.stop();
    }
  }, 120_000);
});
