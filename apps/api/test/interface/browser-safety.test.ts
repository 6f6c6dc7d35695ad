import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  callAnonymously,
  callWith,
  cookieOf,
  expectProblem,
  givenSchool,
  type Installation,
  listOperations,
  PASSWORD,
  REPOSITORY,
  type School,
  signIn,
  startInstallation,
} from "../harness/index.ts";

let installation: Installation;
let secure: Installation;
let school: School;
let consoleDir: string;

beforeAll(async () => {
  consoleDir = await mkdtemp(join(tmpdir(), "tidings-console-"));
  await writeFile(join(consoleDir, "index.html"), "<!doctype html><title>Console</title>");
  installation = await startInstallation({ engine: false, consoleDir });
  secure = await startInstallation({ engine: false, publicUrl: "https://tidings.school.example" });
  school = await givenSchool(installation);
}, 60_000);
afterAll(async () => {
  await installation?.stop();
  await secure?.stop();
  await rm(consoleDir, { recursive: true, force: true });
});

const BUILT_CONSOLE = join(REPOSITORY, "apps/console/build/index.html");
const CONSOLE = { "x-tidings-console": "1" };
const signInBody = () => ({ email: school.emails.owner, password: PASSWORD });

async function sessionCookie(): Promise<string> {
  const answer = await callWith(installation, CONSOLE)("POST", "/v1/session", signInBody());
  return cookieOf(answer.headers);
}

describe("requests that ride on the session's cookie", () => {
  const own = () => installation.publicUrl;
  const refused: [string, () => Record<string, string>][] = [
    ["without the console's header", () => ({})],
    ["with another value of the header", () => ({ "x-tidings-console": "true" })],
    ["from another origin", () => ({ ...CONSOLE, origin: "https://evil.example" })],
    ["from an opaque origin", () => ({ ...CONSOLE, origin: "null" })],
    ["from our host on another port", () => ({ ...CONSOLE, origin: "http://127.0.0.1:1" })],
    ["from our host over another scheme", () => ({ ...CONSOLE, origin: own().replace("http:", "https:") })],
    ["from another site", () => ({ ...CONSOLE, "sec-fetch-site": "cross-site" })],
    ["from a subdomain", () => ({ ...CONSOLE, "sec-fetch-site": "same-site" })],
    ["from the address bar", () => ({ ...CONSOLE, "sec-fetch-site": "none" })],
    [
      "from another site that claims our origin",
      () => ({ ...CONSOLE, origin: own(), "sec-fetch-site": "cross-site" }),
    ],
  ];

  it.each(refused)("are refused on every unsafe route %s", async (_, headers) => {
    const call = callWith(installation, { cookie: await sessionCookie(), ...headers() });
    for (const { method, path, permission } of listOperations(installation)) {
      // What users of an inbox call never looks at a cookie.
      if (method === "GET" || permission === "inbox user") continue;
      expectProblem(await call(method, path.replace(/\{\w+\}/g, "x"), {}), "forbidden", 403);
    }
  });

  it.each(refused)("cannot sign anybody in %s", async (_, headers) => {
    const answer = await callWith(installation, headers())("POST", "/v1/session", signInBody());
    expectProblem(answer, "forbidden", 403);
    expect(answer.headers.has("set-cookie")).toBe(false);
  });

  it("are taken from our own pages", async () => {
    const cookie = await sessionCookie();
    const pages: Record<string, string>[] = [
      {},
      { origin: own() },
      { origin: own(), "sec-fetch-site": "same-origin" },
    ];
    for (const headers of pages) {
      const call = callWith(installation, { cookie, ...CONSOLE, ...headers });
      expect((await call("PATCH", "/v1/tenant", { name: "实验学校" })).status).toBe(200);
    }
  });

  it("may read from anywhere, since nobody else gets to see the answer", async () => {
    const call = callWith(installation, { cookie: await sessionCookie(), origin: "https://evil.example" });
    const answer = await call("GET", "/v1/me");
    expect(answer.status).toBe(200);
    for (const name of answer.headers.keys()) expect(name).not.toMatch(/^access-control-/);
    const preflight = await call("OPTIONS", "/v1/messages", undefined, {
      headers: { "access-control-request-method": "POST" },
    });
    for (const name of preflight.headers.keys()) expect(name).not.toMatch(/^access-control-/);
  });

  it("do not matter to an API key: it is judged alone, and a cookie beside it adds nothing", async () => {
    const call = callWith(installation, {
      cookie: await sessionCookie(),
      authorization: `Bearer ${school.apiKey}`,
      origin: "https://upstream.example",
    });
    expect((await call("GET", "/v1/members")).status).toBe(403);
    expect((await call("POST", "/v1/tags", { name: "来自上游" })).status).toBe(201);
  });
});

describe("the session", () => {
  it("travels in a cookie that scripts cannot read and other sites do not send", async () => {
    const answer = await callWith(installation, CONSOLE)("POST", "/v1/session", signInBody());
    const attributes = (answer.headers.get("set-cookie") ?? "").split("; ");
    expect(attributes[0]).toMatch(/^td_session=[\w-]{32,}$/);
    expect(attributes).toEqual(
      expect.arrayContaining(["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"]),
    );
    expect(answer.text).not.toContain(attributes[0]?.split("=")[1]);
  });

  it("is bound to the host and to https where the installation has it", async () => {
    const there = await givenSchool(secure);
    const body = { email: there.emails.owner, password: PASSWORD };
    const answer = await callWith(secure, CONSOLE)("POST", "/v1/session", body);
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^__Host-td_session=/);
    expect(cookie.split("; ")).toEqual(expect.arrayContaining(["Secure", "HttpOnly", "Path=/"]));
    expect(cookie).not.toMatch(/domain/i);
    expect(answer.headers.get("strict-transport-security")).toMatch(/max-age=31536000/);
  });

  it("is a new one after each sign-in, whatever cookie came along", async () => {
    const planted = `td_session=${"A".repeat(43)}`;
    const call = callWith(installation, { ...CONSOLE, cookie: planted });
    const answer = await call("POST", "/v1/session", signInBody());
    expect(cookieOf(answer.headers)).not.toBe(planted);
    expectProblem(await call("GET", "/v1/me"), "unauthenticated", 401);
    const first = await sessionCookie();
    await callWith(installation, { ...CONSOLE, cookie: first })("POST", "/v1/session", signInBody());
    expectProblem(await callWith(installation, { cookie: first })("GET", "/v1/me"), "unauthenticated", 401);
  });

  it("is over for every copy after signing out", async () => {
    const cookie = await sessionCookie();
    const call = callWith(installation, { ...CONSOLE, cookie });
    const answer = await call("DELETE", "/v1/session");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toMatch(/^td_session=;.*Max-Age=0/);
    expectProblem(await call("GET", "/v1/me"), "unauthenticated", 401);
  });

  it("does not tell who has a login: a wrong password and an unknown address answer alike", async () => {
    const call = callWith(installation, CONSOLE);
    const wrong = await call("POST", "/v1/session", { email: school.emails.reviewer, password: "wrong-one" });
    const unknown = await call("POST", "/v1/session", { email: "nobody@x.example", password: "wrong-one" });
    const told = ({ status, body }: typeof wrong) => ({ ...body, status, requestId: "" });
    expect(told(wrong)).toEqual(told(unknown));
    expect(wrong.status).toBe(401);
  });

  it("cannot be guessed: after ten wrong passwords the account has to wait, and is told how long", async () => {
    const call = callWith(installation, CONSOLE);
    const body = { email: school.emails.operator, password: "wrong-one" };
    const statuses = [];
    for (let guess = 0; guess < 10; guess++) statuses.push((await call("POST", "/v1/session", body)).status);
    expect(new Set(statuses)).toEqual(new Set([401]));
    const answer = await call("POST", "/v1/session", { ...body, password: PASSWORD });
    expectProblem(answer, "too-many-requests", 429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    const owner = await signIn(installation, school.emails.owner, PASSWORD);
    expect((await owner("GET", "/v1/me")).status).toBe(200);
  });
});

describe("headers and documents", () => {
  const PAGES = [
    "/",
    "/messages/x",
    "/docs",
    "/docs/problems",
    "/openapi.json",
    "/health",
    "/ready",
    "/metrics",
  ];

  it.each([...PAGES, "/v1/me", "/v1/nothing"])(
    "%s carries the headers that keep browsers safe",
    async (path) => {
      const { headers } = await callAnonymously(installation)("GET", path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-f-]{36}$/);
      expect(headers.has("server") || headers.has("x-powered-by")).toBe(false);
      if (path.startsWith("/v1/")) expect(headers.get("cache-control")).toBe("no-store");
    },
  );

  it.each(["/docs", "/docs/problems"])(
    "%s may load nothing from elsewhere, and asks for nothing",
    async (path) => {
      const { headers, text } = await callAnonymously(installation)("GET", path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/https?:|\*|'unsafe-eval'/);
      expect(policy.match(/script-src[^;]*/)?.[0] ?? "").not.toContain("unsafe-inline");
      expect(text).not.toMatch(/(?:src|href|url)\s*=\s*["'](?:https?:)?\/\//);
    },
  );

  it.skipIf(!existsSync(BUILT_CONSOLE))("the built console runs its own scripts only", async () => {
    const page = await readFile(BUILT_CONSOLE, "utf8");
    const policy = /http-equiv="content-security-policy" content="([^"]+)"/.exec(page)?.[1] ?? "";
    const scripts = /script-src[^;]*/.exec(policy)?.[0] ?? "";
    expect(scripts).toMatch(/'self'/);
    expect(scripts).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/);
    expect(policy).toMatch(/object-src 'none'|default-src '(?:none|self)'/);
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  it("serves the explorer's script itself", async () => {
    const { status, headers, text } = await callAnonymously(installation)("GET", "/docs/explorer.js");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("javascript");
    expect(text.length).toBeGreaterThan(100_000);
  });

  it("describes itself by a valid OpenAPI 3.1 document", async () => {
    const { body: document, status } = await callAnonymously(installation)("GET", "/openapi.json");
    expect(status).toBe(200);
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expectReferencesResolve(document);
    expectSchemasCompile(document);
    const ids = listOperations(installation).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, path, parameters } of listOperations(installation)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      const declared = parameters.filter((one) => one.in === "path").map(({ name }) => name);
      expect(declared.sort(), id).toEqual(named);
    }
  });

  it("says nothing of a tenant where anybody may look", async () => {
    for (const path of PAGES) {
      const { text } = await callAnonymously(installation)("GET", path);
      const told = [school.tenantId, school.emails.owner, school.sourceId, "实验学校"].filter((one) =>
        text.includes(one),
      );
      expect(told, path).toEqual([]);
    }
  });
});

interface OpenApi {
  components: { schemas: Record<string, object> };
}

function expectReferencesResolve(document: OpenApi): void {
  for (const [, pointer = ""] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer
      .split("/")
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document);
    expect(found, pointer).toBeDefined();
  }
}

/** OpenAPI 3.1 schemas are JSON Schema 2020-12. */
function expectSchemasCompile(document: OpenApi): void {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: "document", components: document.components });
  for (const name of Object.keys(document.components.schemas)) {
    expect(() => ajv.compile({ $ref: `document#/components/schemas/${name}` }), name).not.toThrow();
  }
}
