import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BUILT_IN_ROLES } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { NewTenant } from "../tenants/index.ts";
import {
  contextOf,
  createTestInstallation,
  problemOf,
  type TestInstallation,
} from "../tenants/tenant.fixture.ts";
import { MAX_FAILURES } from "./login-throttle.ts";
import type { MemberRow } from "./member.repository.ts";
import { createMemberService } from "./member.service.ts";
import { SESSION_IDLE_MS, SESSION_MAX_MS } from "./session.rules.ts";
import { createSessionService, type SessionService } from "./session.service.ts";
import { createSessionAuthenticator, type SessionAuthenticator } from "./session-authenticator.ts";

const PASSWORD = "correct horse";
const visit = { requestId: "req_test" };

let installation: TestInstallation;
let now: Date;
let sessions: SessionService;
let authenticate: SessionAuthenticator;
let tenant: NewTenant;
let member: MemberRow;
let emails = 0;

beforeAll(async () => {
  installation = await createTestInstallation();
});
afterAll(() => installation.close());
beforeEach(async () => {
  now = new Date();
  const deps = { ...installation, clock: { now: () => now } };
  sessions = createSessionService(deps);
  authenticate = createSessionAuthenticator(deps);
  tenant = await installation.createTenant();
  member = await join(tenant, `person${++emails}@school.example`, "operator");
});

function join(to: NewTenant, email: string, role: string): Promise<MemberRow> {
  const roleId = to.roles.find(({ code }) => code === role)?.id ?? "";
  const input = { email, name: "李老师", roleId, password: PASSWORD };
  return createMemberService({ ...installation, onReviewerLeft: async () => undefined }).createMember(
    contextOf(to),
    input,
  );
}

const pass = (ms: number) => {
  now = new Date(now.getTime() + ms);
};
const signIn = (password = PASSWORD) => sessions.createSession(visit, { email: member.email, password });

async function contextFor(token: string): Promise<RequestContext> {
  const who = await authenticate(token);
  if (!who) throw new Error("not signed in");
  return { ...contextOf({ id: who.tenantId }, who.permissions), actor: who.actor };
}

describe("signing in", () => {
  it("answers who one is and what one may do", async () => {
    const { token, me } = await signIn();
    expect(me).toMatchObject({ id: member.id, email: member.email, tenant: { id: tenant.id } });
    expect(me.tenants).toEqual([{ id: tenant.id, name: tenant.name }]);
    const operator = BUILT_IN_ROLES.find(({ code }) => code === "operator");
    expect(await authenticate(token)).toEqual({
      tenantId: tenant.id,
      actor: { kind: "member", id: member.id, name: member.name, accountId: member.accountId },
      permissions: operator?.permissions,
    });
  });

  it("does not tell a wrong password from an unknown email", async () => {
    const wrong = await signIn("wrong password").catch((error: Error) => error.message);
    const unknown = await sessions
      .createSession(visit, { email: "nobody@school.example", password: PASSWORD })
      .catch((error: Error) => error.message);
    expect(wrong).toBe(unknown);
    expect(await problemOf(signIn("wrong password"))).toBe("invalid-credentials");
  });

  it("is refused for a while after ten wrong passwords, even with the right one", async () => {
    for (let i = 0; i < MAX_FAILURES; i++) await signIn("wrong password").catch(() => undefined);
    expect(await problemOf(signIn())).toBe("too-many-requests");
    pass(15 * 60_000);
    expect((await signIn()).me.id).toBe(member.id);
  });

  it("ends the session that the browser had before", async () => {
    const first = await signIn();
    await sessions.createSession(visit, {
      email: member.email,
      password: PASSWORD,
      replacedToken: first.token,
    });
    expect(await authenticate(first.token)).toBeUndefined();
  });
});

describe("a session", () => {
  it("ends when it is not used, and lives on with use until its last hour", async () => {
    const { token } = await signIn();
    for (let used = 0; used < SESSION_MAX_MS - SESSION_IDLE_MS; used += SESSION_IDLE_MS - 1) {
      expect(await authenticate(token)).toBeDefined();
      pass(SESSION_IDLE_MS - 1);
    }
    pass(SESSION_IDLE_MS);
    expect(await authenticate(token)).toBeUndefined();
    const second = await signIn();
    pass(SESSION_IDLE_MS);
    expect(await authenticate(second.token)).toBeUndefined();
  });

  it("is over for every copy of its token after signing out", async () => {
    const { token } = await signIn();
    await sessions.deleteSession(await contextFor(token), token);
    expect(await authenticate(token)).toBeUndefined();
  });

  it("is worth nothing to a member who was disabled, from the next request on", async () => {
    const { token } = await signIn();
    const members = createMemberService({ ...installation, onReviewerLeft: async () => undefined });
    await members.updateMember(contextOf(tenant), member.id, { state: "disabled" });
    expect(await authenticate(token)).toBeUndefined();
    expect(await problemOf(signIn())).toBe("forbidden");
  });

  it("changes to tenants of the same login only", async () => {
    const { token } = await signIn();
    const other = await installation.createTenant();
    const ctx = await contextFor(token);
    expect(await problemOf(sessions.switchTenant(ctx, token, other.id))).toBe("not-found");
    await join(other, member.email, "reviewer");
    const me = await sessions.switchTenant(ctx, token, other.id);
    expect(me).toMatchObject({ tenant: { id: other.id }, role: { code: "reviewer" } });
    expect((await authenticate(token))?.tenantId).toBe(other.id);
  });
});

describe("changing the password", () => {
  it("needs the current one", async () => {
    const { token } = await signIn();
    const input = { currentPassword: "not this one", newPassword: "another horse" };
    expect(await problemOf(sessions.changePassword(await contextFor(token), token, input))).toBe(
      "invalid-input",
    );
  });

  it("ends every other session and lets only the new password in", async () => {
    const [mine, stolen] = [await signIn(), await signIn()];
    const input = { currentPassword: PASSWORD, newPassword: "another horse" };
    await sessions.changePassword(await contextFor(mine.token), mine.token, input);
    expect(await authenticate(stolen.token)).toBeUndefined();
    expect(await authenticate(mine.token)).toBeDefined();
    expect(await problemOf(signIn())).toBe("invalid-credentials");
    expect((await signIn("another horse")).me.id).toBe(member.id);
  });
});
