import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CANARY,
  type CanarySchool,
  callAnonymously,
  canaryCrowd,
  canaryMessage,
  captureLog,
  fillPath,
  givenCanarySchool,
  type Installation,
  listOperations,
  PASSWORD,
  requiredQuery,
  SECRET,
  startInstallation,
  timePasses,
  until,
} from "../harness/index.ts";

const log = captureLog();
let installation: Installation;
let a: CanarySchool;
/** All that would let somebody act as the tenant, as its channels or as its members. */
let secrets: string[];

beforeAll(async () => {
  // On PostgreSQL the hints of the queue are rows, too, and are searched with all others.
  const hasTime = () => false;
  installation = await startInstallation({ logger: log.logger, backend: "postgres", hasTime });
  a = await givenCanarySchool(installation);
  secrets = [
    SECRET,
    String(installation.sms.settings.accessKeySecret),
    String(installation.sms.settings.accessKeyId),
    String(installation.mail.settings.password),
    String(installation.hook.settings.secret),
    a.apiKey,
    a.apiKey.slice("td_live_".length, -4),
    PASSWORD,
  ];
}, 60_000);
afterAll(() => installation?.stop());

const among = (words: readonly string[], text: string) => words.filter((word) => text.includes(word));

describe("secrets", () => {
  it("are all of them there, and long enough to be searched for", () => {
    expect(secrets.filter((secret) => secret.length < 10 || secret === "undefined")).toEqual([]);
  });

  it("reach the vendor, and there only its authentication", () => {
    const isAuthenticated = ({ headers }: { headers: { authorization?: string | undefined } }) =>
      headers.authorization === `Bearer ${SECRET}`;
    const calls = installation.vendor.calls.filter(isAuthenticated);
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.filter(({ body }) => body.includes(SECRET))).toEqual([]);
  });

  it("are in no answer to their own tenant's owner", async () => {
    const found: Record<string, string[]> = {};
    for (const operation of listOperations(installation).filter(({ method }) => method === "GET")) {
      const { text } = await a.owner("GET", `${fillPath(operation, a.ids)}${requiredQuery(operation)}`);
      if (among(secrets, text).length > 0) found[operation.id] = among(secrets, text);
    }
    expect(found).toEqual({});
    const verified = await a.owner("POST", `/v1/channels/${a.channels.sms.id}/verifications`);
    expect(among(secrets, verified.text)).toEqual([]);
  });

  it("are in no row of any table, and people's texts in no hint of the queue", async () => {
    const gate = installation.vendor.hold();
    const id = await a.send(canaryCrowd(["courier"]));
    await gate.arrived(1);
    const hints = await tablesWith([a.tenantId], "bullmq");
    const found = await tablesWith(secrets);
    const texts = await tablesWith([CANARY], "bullmq");
    gate.open();
    await a.completed(id);
    expect(hints.length, "a hint was there to be searched").toBeGreaterThan(0);
    expect([...found, ...texts]).toEqual([]);
  });

  /** The tables in which a row holds one of the words. */
  function tablesWith(words: readonly string[], schema?: string): Promise<string[]> {
    return installation.books.transaction(async ({ sql }) => {
      const tables = await sql<{ name: string; schema: string }[]>`
        select format('%I.%I', schemaname, tablename) as name, schemaname as schema from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`;
      const found: string[] = [];
      for (const { name } of tables.filter((table) => schema === undefined || table.schema === schema)) {
        const rows = await sql.unsafe(
          `select 1 from ${name} t, unnest($1::text[]) word where position(word in t::text) > 0 limit 1`,
          [[...words]],
        );
        if (rows.length > 0) found.push(name);
      }
      return found;
    });
  }
});

describe("the log, at its most talkative", () => {
  it("tells of what went wrong, without secrets and without people's names, addresses and texts", async () => {
    await a.pushReceipt(a.channels.courier, `${CANARY} garbage`);
    await loseALease();
    await breakRequests();
    const expected = ["receipt was not read in full", "a lease ran out", "request failed"];
    await until(() => expected.every((message) => log.messages().has(message)));
    const told = log.lines.filter((line) => among([CANARY, a.phone, ...secrets], line).length > 0);
    expect(told).toEqual([]);
  });

  async function loseALease(): Promise<void> {
    const gate = installation.vendor.hold();
    const id = await a.send(canaryMessage(["courier"]));
    await gate.arrived(1);
    await timePasses(installation, 61);
    await a.completed(id);
    gate.open();
  }

  /** The database refuses rows and names them in its error, with the values that were bound. */
  async function breakRequests(): Promise<void> {
    await installation.books.transaction(async ({ sql }) => {
      await sql`alter table tags add constraint broken_tags check (name not like 'CANARY%') not valid`;
      await sql`alter table users add constraint broken_users check (name not like 'CANARY%') not valid`;
      await sql`alter table messages add constraint broken_messages
        check (variables::text not like '%CANARY%') not valid`;
    });
    const failures = await Promise.all([
      a.owner("POST", "/v1/tags", { name: `${CANARY}-refused` }),
      a.owner("POST", "/v1/users", { userId: "broken", name: `${CANARY}-refused` }),
      a.owner("PUT", "/v1/users/broken", { name: `${CANARY}-refused` }),
      a.trySend(canaryMessage(["courier"])),
    ]);
    expect(failures.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
    for (const { text } of failures) expect(text).not.toContain(CANARY);
    expect(log.lines.filter((line) => line.includes("broken_")).length).toBeGreaterThanOrEqual(3);
  }
});

it.each(["/metrics", "/ready", "/health", "/openapi.json", "/docs/problems"])(
  "tells everybody nothing of a tenant: %s",
  async (path) => {
    const { status, text } = await callAnonymously(installation)("GET", path);
    expect(status).toBe(200);
    expect(among([CANARY, a.phone, a.tenantId, ...secrets], text)).toEqual([]);
  },
);
