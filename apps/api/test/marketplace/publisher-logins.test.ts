import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, expectProblem, mustSucceed } from "../harness/index.ts";
import { type DeskScene, startDeskScene } from "./desk-scene.ts";

interface LoginList {
  items: { accountId: string; email: string }[];
  invitations: { id: string; email: string; invitedBy: string }[];
}
interface Received {
  items: { id: string; publisher: { slug: string } }[];
}

let scene: DeskScene;
let colleague: Call;
let email = "";

beforeAll(async () => {
  scene = await startDeskScene({ desk: false });
  colleague = scene.school.reviewer;
  email = scene.school.emails.reviewer;
}, 60_000);
afterAll(() => scene?.stop());

const logins = () => mustSucceed<LoginList>(scene.acme("GET", "/v1/publishers/acme/logins"));
const invite = (to: string) => scene.acme("POST", "/v1/publishers/acme/invitations", { email: to });
const received = (call: Call) => mustSucceed<Received>(call("GET", "/v1/publisher-invitations"));

async function actions(): Promise<string[]> {
  const { items } = await mustSucceed<{ items: { action: string; subjectName: string }[] }>(
    scene.operators[0]("GET", "/v1/operator/audit-entries?limit=100"),
  );
  return items.flatMap(({ action, subjectName }) => (subjectName === "acme" ? [action] : [])).reverse();
}

describe("a publisher's logins", () => {
  it("become more by an invitation that is accepted, and everything is audited", async () => {
    await mustSucceed(invite(email.toUpperCase()));
    expectProblem(await colleague("GET", "/v1/publishers/acme"), "not-found", 404);
    const [invitation] = (await received(colleague)).items;
    expect(invitation?.publisher.slug).toBe("acme");
    const accepted = `/v1/publisher-invitations/${invitation?.id}/acceptance`;
    expectProblem(await scene.school.owner("POST", accepted), "not-found", 404);
    await mustSucceed(colleague("POST", accepted));
    expectProblem(await colleague("POST", accepted), "not-found", 404);
    expect((await received(colleague)).items).toEqual([]);
    const { items, invitations } = await logins();
    expect(items.map((one) => one.email).sort()).toEqual([email, scene.school.emails.operator].sort());
    expect(invitations).toEqual([]);
    await mustSucceed(colleague("GET", "/v1/publishers/acme/submissions"));
    expectProblem(await invite(email), "publisher-login-known", 409);
    expect(await actions()).toEqual([
      "publisher.created",
      "publisher.key_added",
      "publisher.login_invited",
      "publisher.login_added",
    ]);
  });

  it("become fewer, and never none", async () => {
    const own = (await logins()).items.find((one) => one.email === scene.school.emails.operator);
    const theirs = (await logins()).items.find((one) => one.email === email);
    const path = (accountId = "") => `/v1/publishers/acme/logins/${accountId}`;
    expectProblem(await scene.school.owner("DELETE", path(own?.accountId)), "not-found", 404);
    await mustSucceed(scene.acme("DELETE", path(theirs?.accountId)));
    expectProblem(await colleague("GET", "/v1/publishers/acme"), "not-found", 404);
    expectProblem(await scene.acme("DELETE", path(own?.accountId)), "last-publisher-login", 409);
    expect((await logins()).items).toHaveLength(1);
    expect((await actions()).at(-1)).toBe("publisher.login_removed");
  });

  it("are asked and not made: an invitation is declined, or taken back", async () => {
    await mustSucceed(invite(email));
    const [first] = (await received(colleague)).items;
    await mustSucceed(colleague("DELETE", `/v1/publisher-invitations/${first?.id}`));
    await mustSucceed(invite(email));
    await mustSucceed(invite(email));
    const { invitations } = await logins();
    expect(invitations.map((one) => one.email)).toEqual([email]);
    const { id = "" } = invitations[0] ?? {};
    expectProblem(
      await scene.school.owner("DELETE", `/v1/publishers/acme/invitations/${id}`),
      "not-found",
      404,
    );
    await mustSucceed(scene.acme("DELETE", `/v1/publishers/acme/invitations/${id}`));
    expect((await received(colleague)).items).toEqual([]);
    expectProblem(await colleague("POST", `/v1/publisher-invitations/${id}/acceptance`), "not-found", 404);
    expect((await actions()).slice(-5)).toEqual([
      "publisher.login_invited",
      "publisher.invitation_declined",
      "publisher.login_invited",
      "publisher.login_invited",
      "publisher.invitation_withdrawn",
    ]);
  });

  it("are twenty at most, invitations included", async () => {
    for (let n = 0; n < 19; n++) await mustSucceed(invite(`guest-${n}@acme.example`));
    expectProblem(await invite("one-too-many@acme.example"), "too-many-publisher-logins", 409);
    await mustSucceed(invite("guest-3@acme.example"));
  });
});
