import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abilityOf } from "../../platform/authorization/index.ts";
import { systemClock } from "../../platform/clock.ts";
import { unauthenticated } from "../../platform/errors.ts";
import { guardBody } from "../../platform/http/body-guard.ts";
import { createRouter } from "../../platform/http/index.ts";
import { handleError } from "../../platform/http/problem-handler.ts";
import { contextOf, createTestInstallation, type TestInstallation } from "../tenants/tenant.fixture.ts";
import { createMemberService } from "./member.service.ts";
import { sessionRoutes } from "./session.routes.ts";
import { createSessionService } from "./session.service.ts";
import { createSessionAuthenticator } from "./session-authenticator.ts";
import { createSessionCookie } from "./session-cookie.ts";

const credentials = { email: "Wang@School.example", password: "correct horse" };

let installation: TestInstallation;
beforeAll(async () => {
  installation = await createTestInstallation();
  const tenant = await installation.createTenant();
  const roleId = tenant.roles[0]?.id ?? "";
  const input = { name: "王老师", roleId, email: "wang@school.example", password: credentials.password };
  await createMemberService({ ...installation, onReviewerLeft: async () => undefined }).createMember(
    contextOf(tenant),
    input,
  );
});
afterAll(() => installation.close());

/** The session's routes behind their own authenticator. */
function createApp(publicUrl: string) {
  const deps = { ...installation, clock: systemClock };
  const cookie = createSessionCookie(publicUrl);
  const authenticate = createSessionAuthenticator(deps);
  const app = createRouter();
  app.onError(handleError(pino({ level: "silent" })));
  app.use(guardBody);
  app.use(async (c, next) => {
    const token = cookie.read(c);
    const who = token ? await authenticate(token) : undefined;
    if (who)
      c.set("ctx", { ...contextOf({ id: who.tenantId }), ...who, ability: abilityOf(who.permissions) });
    else if (c.req.method !== "POST") throw unauthenticated("Sign in first.");
    await next();
  });
  return app.route("/", sessionRoutes(createSessionService(deps), cookie));
}

function post(app: ReturnType<typeof createApp>, body: object) {
  const headers = { "content-type": "application/json" };
  return app.request("/v1/session", { method: "POST", headers, body: JSON.stringify(body) });
}

describe("the session's cookie", () => {
  it("is bound to the host, and for the browser alone, over https", async () => {
    const answer = await post(createApp("https://tidings.example"), credentials);
    expect(answer.status).toBe(201);
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^__Host-td_session=[A-Za-z0-9_-]{43}; /);
    for (const attribute of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=43200"]) {
      expect(cookie.split("; ")).toContain(attribute);
    }
    expect(cookie).not.toContain("Domain");
  });

  it("works without https on a developer's machine", async () => {
    const answer = await post(createApp("http://127.0.0.1:8080"), credentials);
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^td_session=/);
    expect(cookie).not.toContain("Secure");
  });

  it("opens the API until one signs out, and is then worth nothing", async () => {
    const app = createApp("https://tidings.example");
    const answer = await post(app, credentials);
    const headers = { cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" };
    const me = await app.request("/v1/me", { headers });
    expect(await me.json()).toEqual(await answer.json());
    const gone = await app.request("/v1/session", { method: "DELETE", headers });
    expect(gone.status).toBe(204);
    expect(gone.headers.get("set-cookie")).toContain("Max-Age=0");
    expect((await app.request("/v1/me", { headers })).status).toBe(401);
  });
});

describe("signing in", () => {
  it("answers a wrong password and an unknown email alike, without a cookie", async () => {
    const app = createApp("https://tidings.example");
    const wrong = await post(app, { ...credentials, password: "wrong" });
    const unknown = await post(app, { ...credentials, email: "nobody@school.example" });
    expect(await wrong.json()).toEqual(await unknown.json());
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.headers.get("set-cookie")).toBeNull();
  });

  it("says after ten wrong passwords how long to wait", async () => {
    const app = createApp("https://tidings.example");
    for (let i = 0; i < 10; i++) await post(app, { ...credentials, password: "wrong" });
    const answer = await post(app, credentials);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(890);
  });
});
