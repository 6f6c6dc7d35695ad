import { toUuid } from "@tidings/db";
import { httpSource, readRegistry } from "@tidings/sdk/registry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findListings } from "../../src/modules/marketplace/index.ts";
import {
  appointOperators,
  type Call,
  expectProblem,
  mustSucceed,
  PASSWORD,
  signIn,
  until,
} from "../harness/index.ts";
import type { PackageChange } from "./acme.ts";
import { type DeskScene, type ListingView, startDeskScene } from "./desk-scene.ts";

let scene: DeskScene;
let first: Call;
let second: Call;
beforeAll(async () => {
  scene = await startDeskScene();
  [first, second] = scene.operators;
}, 60_000);
afterAll(() => scene?.stop());

const POLICY = {
  grades: ["bronze", "silver", "gold"],
  minimumReleaseAgeHours: 0,
  fourEyes: false,
  allowListOnly: false,
};
const setPolicy = (changes: Partial<typeof POLICY>) =>
  mustSucceed(first("PUT", "/v1/operator/marketplace-policy", { ...POLICY, ...changes }));

const named = (name: string, version = "1.0.0", change: PackageChange = {}): PackageChange => ({
  ...change,
  manifest: { ...change.manifest, id: `acme/${name}`, version },
});

/** What the marketplace offers the school of a plugin. */
async function offersOf(name: string) {
  const { transact, clock } = scene.installation.foundation;
  const { tenantId } = scene.school;
  return transact({ tenantId }, (tx) =>
    findListings(tx, { tenantId, now: () => clock.now() }, { pluginId: `acme/${name}`, limit: 1 }),
  );
}

const obstaclesOf = async (name: string) =>
  (await offersOf(name)).flatMap(({ obstacles }) => obstacles.map(({ code }) => code));

async function inReview(change: PackageChange): Promise<ListingView> {
  const { version, pluginId } = await scene.submit(change);
  return scene.checked(version, pluginId.split("/")[1]);
}

const review = (call: Call, listing: ListingView, verdict = "approved", comment?: string) =>
  call("POST", `${scene.pathOf(listing)}/reviews`, { verdict, ...(comment ? { comment } : {}) });

describe("a review", () => {
  it("lists a version, countersigned, for every tenant", async () => {
    await setPolicy({});
    const listing = await inReview(named("listed"));
    expect(await offersOf("listed")).toEqual([]);
    const answer = await mustSucceed<ListingView & { signatures: { role: string }[] }>(
      review(first, listing),
    );
    expect(answer.state).toBe("listed");
    expect(answer.signatures.map(({ role }) => role)).toEqual(["publisher", "registry"]);
    const [offer] = await offersOf("listed");
    expect(offer).toMatchObject({
      pluginId: "acme/listed",
      version: "1.0.0",
      grade: "bronze",
      obstacles: [],
    });
  });

  it("refuses a version with a reason that its publisher reads", async () => {
    const listing = await inReview(named("declined"));
    expectProblem(await review(first, listing, "refused"), "invalid-input", 422);
    await mustSucceed(review(first, listing, "refused", "The texts are not yours."));
    const own = await mustSucceed<{ state: string; reviews: object[] }>(
      scene.acme("GET", "/v1/publishers/acme/submissions/declined/1.0.0"),
    );
    expect(own).toMatchObject({ state: "refused", reviews: [{ comment: "The texts are not yours." }] });
    expect(JSON.stringify(own.reviews)).not.toContain("@");
    expectProblem(await review(second, listing), "not-in-review", 409);
  });

  it("needs two different operators where the policy says so", async () => {
    await setPolicy({ fourEyes: true });
    const listing = await inReview(named("four-eyes"));
    expect((await mustSucceed<ListingView>(review(first, listing))).state).toBe("in_review");
    expectProblem(await review(first, listing), "reviewed-already", 409);
    expect((await mustSucceed<ListingView>(review(second, listing))).state).toBe("listed");
    await setPolicy({});
  });

  it("is never by somebody of the publisher", async () => {
    const listing = await inReview(named("own"));
    await appointOperators(scene.installation, scene.school.emails.operator);
    const acme = await signIn(scene.installation, scene.school.emails.operator, PASSWORD);
    expectProblem(await review(acme, listing), "own-submission", 403);
    await scene.installation.books.transaction(
      ({ sql }) => sql`
        delete from operators where account_id in
          (select id from accounts where email = ${scene.school.emails.operator})`,
    );
  });

  it("shows what a later version may and the one before may not, and which files differ", async () => {
    await scene.list(named("wider"));
    const wider = named("wider", "1.1.0", {
      readme: "# Wider\n",
      manifest: { hosts: ["api.pigeon.example", "more.pigeon.example"] },
    });
    const listing = await inReview(wider);
    const detail = await mustSucceed<{ before: object; widening: object[]; files: object[]; readme: string }>(
      first("GET", scene.pathOf(listing)),
    );
    expect(detail.before).toMatchObject({ version: "1.0.0" });
    expect(detail.widening).toEqual([{ kind: "hosts", value: "more.pigeon.example" }]);
    expect(detail.files).toContainEqual(expect.objectContaining({ path: "README.md", change: "changed" }));
    expect(detail.files).toContainEqual(expect.objectContaining({ path: "plugin.js", change: "same" }));
    const file = await mustSucceed(first("GET", `${scene.pathOf(listing)}/file?path=README.md`));
    expect(file).toEqual({ path: "README.md", text: "# Wider\n", previous: "# Pigeon\n" });
  });

  it("can have a listed version checked again", async () => {
    const listing = await scene.list(named("recheck"));
    await scene.installation.books.transaction(
      ({ sql }) => sql`update plugin_listings set grade = 'gold' where plugin_id = 'acme/recheck'`,
    );
    const asked = await mustSucceed<ListingView>(first("POST", `${scene.pathOf(listing)}/rechecks`));
    expect(asked.report?.isStale).toBe(true);
    expect(await scene.checked("1.0.0", "recheck")).toMatchObject({ state: "listed", grade: "bronze" });
  });
});

describe("labels, blocks and withdrawals", () => {
  it("stop a malicious version at once, until the label is taken away", async () => {
    const listing = await scene.list(named("bad"));
    const label = (change: object) =>
      mustSucceed<ListingView>(
        first("PATCH", `${scene.pathOf(listing)}/labels`, { reason: "steals", ...change }),
      );
    expect((await label({ add: ["malicious", "verified"] })).labels).toEqual(["verified", "malicious"]);
    expect(await obstaclesOf("bad")).toEqual(["blocked", "malicious"]);
    const { items } = await mustSucceed<{ items: object[] }>(first("GET", "/v1/operator/blocks"));
    expect(items).toContainEqual(expect.objectContaining({ sha256: listing.sha256, cause: "label" }));
    await label({ remove: ["malicious"] });
    expect(await obstaclesOf("bad")).toEqual([]);
  });

  it("block a package whatever its labels say", async () => {
    const { sha256 } = await scene.list(named("blocked"));
    const block = { sha256, reason: "under investigation" };
    await mustSucceed(first("POST", "/v1/operator/blocks", block));
    await mustSucceed(first("POST", "/v1/operator/blocks", block));
    expect(await obstaclesOf("blocked")).toEqual(["blocked"]);
    await mustSucceed(first("DELETE", `/v1/operator/blocks/${sha256}`));
    expect(await obstaclesOf("blocked")).toEqual([]);
    const unknown = { ...block, sha256: "0".repeat(64) };
    expectProblem(await first("POST", "/v1/operator/blocks", unknown), "package-unknown", 404);
  });

  it("say beforehand whom they stop: tenants, their channels, and what waits in them", async () => {
    const { sha256 } = await scene.list(named("counted"));
    const path = `/v1/operator/packages/${sha256}/use`;
    expect(await mustSucceed(first("GET", path))).toEqual({
      tenantCount: 0,
      channelCount: 0,
      waitingCount: 0,
    });
    const { tenantId, channels } = scene.school;
    await scene.installation.books.transaction(async ({ sql }) => {
      await sql`insert into plugin_installations (tenant_id, plugin_id, sha256, version, grants, agreed_by)
        values (${toUuid("tenant", tenantId)}, 'acme/counted', ${sha256}, '1.0.0', '{}', 'nobody')`;
      await sql`update channels set plugin_id = 'acme/counted' where id = ${toUuid("channel", channels.hook.id)}`;
    });
    expect(await mustSucceed(first("GET", path))).toEqual({
      tenantCount: 1,
      channelCount: 1,
      waitingCount: 0,
    });
    expectProblem(await first("GET", `/v1/operator/packages/${"0".repeat(64)}/use`), "not-found", 404);
    expectProblem(await scene.acme("GET", path), "forbidden", 403);
  });

  it("take a version off the list", async () => {
    const listing = await scene.list(named("gone"));
    await mustSucceed(first("POST", `${scene.pathOf(listing)}/withdrawal`, { reason: "asked for" }));
    expect(await offersOf("gone")).toEqual([]);
    const again = await first("POST", `${scene.pathOf(listing)}/withdrawal`, { reason: "again" });
    expectProblem(again, "not-listed", 409);
  });
});

describe("the policy", () => {
  it("keeps back what is too new, of too low a grade, or not allowed", async () => {
    await scene.list(named("ruled"));
    const tenant = `/v1/operator/tenants/${scene.school.tenantId}/plugin-allowances`;
    await setPolicy({ minimumReleaseAgeHours: 48, grades: ["gold"], allowListOnly: true });
    expect(await obstaclesOf("ruled")).toEqual(["grade", "release_age", "allow_list"]);
    await setPolicy({ allowListOnly: true });
    await mustSucceed(first("PUT", tenant, { pluginIds: ["acme/ruled"] }));
    expect(await obstaclesOf("ruled")).toEqual([]);
    expect(await mustSucceed(second("GET", tenant))).toMatchObject({ pluginIds: ["acme/ruled"] });
    await setPolicy({});
  });
});

describe("operators", () => {
  it("are known to the session, and nobody else is let in", async () => {
    expect(await mustSucceed(first("GET", "/v1/me"))).toMatchObject({ isOperator: true });
    expect(await mustSucceed(scene.acme("GET", "/v1/me"))).toMatchObject({ isOperator: false });
    for (const path of [
      "listings",
      "tenants",
      "registries",
      "blocks",
      "audit-entries",
      "marketplace-policy",
    ]) {
      expectProblem(await scene.school.owner("GET", `/v1/operator/${path}`), "forbidden", 403);
      expectProblem(await scene.school.source("GET", `/v1/operator/${path}`), "forbidden", 403);
    }
  });

  it("see the tenants' names, and nothing inside a tenant", async () => {
    const { items } = await mustSucceed<{ items: object[] }>(first("GET", "/v1/operator/tenants"));
    expect(items).toContainEqual({
      id: scene.school.tenantId,
      code: expect.any(String),
      name: "实验学校",
    });
    const channel = scene.school.channels.courier.id;
    expectProblem(await first("GET", `/v1/channels/${channel}`), "not-found", 404);
  });

  it("leave a trace of all that they do, which nobody can change", async () => {
    const listing = await scene.list(named("traced"));
    const subject = `${listing.pluginId}@${listing.version}`;
    const path = `/v1/operator/audit-entries?subjectId=${encodeURIComponent(subject)}`;
    const { items } = await mustSucceed<{ items: { action: string; actor: { kind: string } }[] }>(
      second("GET", path),
    );
    expect(items.map(({ action, actor }) => `${actor.kind} ${action}`)).toEqual([
      "member listing.listed",
      "system listing.passed",
      "member listing.submitted",
    ]);
    const { api } = scene.installation.foundation;
    const change = api.transaction(({ sql }) => sql`update installation_audit_entries set action = 'x'`);
    await expect(change).rejects.toThrow(/permission denied/);
  });
});

describe("the own registry", () => {
  it("is served as static files that a registry's reader believes", async () => {
    await scene.list(named("served"));
    const base = `${scene.installation.publicUrl}/registry/`;
    const read = () => readRegistry(httpSource(base)).catch(() => undefined);
    await until(async () => (await read())?.plugins.some(({ id }) => id === "acme/served") === true);
    const registry = await read();
    expect((await registry?.getPackage("acme/served", "1.0.0"))?.plugin.manifest.id).toBe("acme/served");
    const answer = await fetch(`${base}index.json`);
    const headers = { "if-none-match": answer.headers.get("etag") ?? "" };
    expect((await fetch(`${base}index.json`, { headers })).status).toBe(304);
    expect((await fetch(`${base}nothing.json`)).status).toBe(404);
  });
});
