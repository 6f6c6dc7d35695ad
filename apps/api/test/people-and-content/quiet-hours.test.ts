import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  mustSucceed,
  type School,
  startInstallation,
} from "../harness/index.ts";

const NIGHT = {
  timeZone: "Asia/Shanghai",
  windows: [{ from: "22:00", to: "07:00", weekdays: [1, 2, 3, 4, 5, 6, 7] }],
};

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
  await school.addUsers([{ userId: "a" }]);
});
afterAll(() => installation?.stop());

const faultsOf = ({ status, body }: { status: number; body: unknown }) => [
  status,
  ...(body as { errors: { pointer: string; code: string }[] }).errors.map(({ pointer }) => pointer),
];
const lastAudit = async (action: string) =>
  (
    await mustSucceed<{ items: { action: string; before: unknown; after: unknown }[] }>(
      school.owner("GET", `/v1/audit-entries?action=${action}&limit=1`),
    )
  ).items[0];

describe("the tenant's quiet hours", () => {
  const save = (body: object) => school.owner("PUT", "/v1/quiet-hours", body);

  it("are none until they are set, and are kept as they were given, with a line in the audit log", async () => {
    const none = await mustSucceed(school.source("GET", "/v1/quiet-hours"));
    expect(none).toEqual({
      ofTenant: null,
      ofCategories: { critical: null, service: null, marketing: null },
      endsAt: { critical: null, service: null, marketing: null },
    });
    const never = { timeZone: "Asia/Shanghai", windows: [] };
    await mustSucceed(save({ ofTenant: NIGHT, ofCategories: { marketing: never } }));
    expect(await mustSucceed(school.operator("GET", "/v1/quiet-hours"))).toMatchObject({
      ofTenant: NIGHT,
      ofCategories: { critical: null, service: null, marketing: never },
    });
    expect(await lastAudit("quiet_hours.updated")).toMatchObject({
      before: { ofTenant: null },
      after: { ofTenant: NIGHT },
    });
  });

  it("say when they end, where it is quiet now", async () => {
    const { clock } = installation.foundation;
    const now = clock.now;
    try {
      await mustSucceed(save({ ofTenant: NIGHT }));
      clock.now = () => new Date("2026-11-25T23:00:00+08:00");
      const { endsAt } = await mustSucceed<{ endsAt: object }>(school.source("GET", "/v1/quiet-hours"));
      const until = "2026-11-25T23:00:00.000Z";
      expect(endsAt).toEqual({ critical: null, service: until, marketing: until });
    } finally {
      clock.now = now;
    }
  });

  it("are refused at their fields", async () => {
    const at = (window: object) => save({ ofTenant: { ...NIGHT, windows: [window] } });
    const path = "/ofTenant/windows/0";
    expect(faultsOf(await at({ from: "24:00", to: "07:00" }))).toEqual([422, `${path}/from`]);
    expect(faultsOf(await at({ from: "22:00", to: "7:00" }))).toEqual([422, `${path}/to`]);
    expect(faultsOf(await at({ from: "22:00", to: "07:00", weekdays: [] }))).toEqual([
      422,
      `${path}/weekdays`,
    ]);
    expect(faultsOf(await at({ from: "22:00", to: "07:00", weekdays: [1, 1] }))).toEqual([
      422,
      `${path}/weekdays`,
    ]);
    expect(faultsOf(await at({ from: "00:00", to: "00:00" }))).toEqual([422, "/ofTenant/windows"]);
    expect(faultsOf(await save({ ofTenant: { ...NIGHT, timeZone: "+08:00" } }))).toEqual([
      422,
      "/ofTenant/timeZone",
    ]);
    expect(
      faultsOf(
        await save({
          ofTenant: null,
          ofCategories: { service: { ...NIGHT, windows: [{ from: "08:00", to: "08:00" }] } },
        }),
      ),
    ).toEqual([422, "/ofCategories/service/windows"]);
  });
});

describe("a user's own quiet hours", () => {
  const path = "/v1/users/a/quiet-hours";

  it("are set, read and given up, also by a source, with a line in the audit log for each", async () => {
    expect(await mustSucceed(school.operator("GET", path))).toEqual({ own: null });
    expect(await mustSucceed(school.source("PUT", path, NIGHT))).toEqual({ own: NIGHT });
    expect(await lastAudit("user.quiet_hours_updated")).toMatchObject({
      before: { quietHours: null },
      after: { quietHours: NIGHT },
    });
    expect(await mustSucceed(school.operator("GET", path))).toEqual({ own: NIGHT });
    expect((await school.operator("DELETE", path)).status).toBe(204);
    expect((await school.operator("DELETE", path)).status).toBe(404);
    expect(await mustSucceed(school.operator("GET", path))).toEqual({ own: null });
  });

  it("go with the user", async () => {
    await school.addUsers([{ userId: "leaver" }]);
    await mustSucceed(school.operator("PUT", "/v1/users/leaver/quiet-hours", NIGHT));
    expect((await school.operator("DELETE", "/v1/users/leaver")).status).toBe(204);
    expect((await school.operator("GET", "/v1/users/leaver/quiet-hours")).status).toBe(404);
  });

  it("are refused once the users have too many different ones, but not when others have the same", async () => {
    await school.addUsers(Array.from({ length: 502 }, (_, index) => ({ userId: `q-${index}` })));
    const at = (from: string) => ({ ...NIGHT, windows: [{ from, to: "23:00", weekdays: [1] }] });
    const save = (index: number, from: string) =>
      school.operator("PUT", `/v1/users/q-${index}/quiet-hours`, at(from));
    await mustSucceed(save(0, "08:00"));
    await installation.books.transaction(
      ({ sql }) => sql`insert into user_quiet_hours (tenant_id, user_id, fingerprint, quiet_hours)
        select u.tenant_id, u.id, u.external_id, q.quiet_hours from users u
        join user_quiet_hours q on q.tenant_id = u.tenant_id
        where u.tenant_id = ${toUuid("tenant", school.tenantId)} and u.external_id like 'q-%'
          and u.external_id not in ('q-0', 'q-500', 'q-501')`,
    );
    const refused = await save(500, "09:00");
    expect(refused).toMatchObject({ status: 409, body: { code: "too-many-quiet-hours" } });
    await mustSucceed(save(501, "08:00"));
  });
});

describe("frequency caps", () => {
  const save = (items: object[]) => school.owner("PUT", "/v1/frequency-caps", { items });

  it("are kept in their order, with a line in the audit log", async () => {
    expect(await mustSucceed(school.source("GET", "/v1/frequency-caps"))).toEqual({ items: [] });
    const caps = [
      { limit: 3, hours: 24, channelKind: "push", category: null },
      { limit: 1, hours: 168, channelKind: null, category: "marketing" },
    ];
    expect(await mustSucceed(save(caps))).toEqual({ items: caps });
    expect(await mustSucceed(school.source("GET", "/v1/frequency-caps"))).toEqual({ items: caps });
    expect(await lastAudit("frequency_caps.updated")).toMatchObject({
      before: { caps: [] },
      after: { caps },
    });
  });

  it("are refused at their fields", async () => {
    expect(faultsOf(await save([{ limit: 0, hours: 24 }]))).toEqual([422, "/items/0/limit"]);
    expect(faultsOf(await save([{ limit: 1, hours: 745 }]))).toEqual([422, "/items/0/hours"]);
    expect(faultsOf(await save([{ limit: 1, hours: 1, channelKind: "pigeon" }]))).toEqual([
      422,
      "/items/0/channelKind",
    ]);
    expect(faultsOf(await save([{ limit: 1, hours: 1, category: "critical" }]))).toEqual([
      422,
      "/items/0/category",
    ]);
    expect(
      faultsOf(
        await save([
          { limit: 1, hours: 1 },
          { limit: 2, hours: 1 },
        ]),
      ),
    ).toEqual([422, "/items/1"]);
    expect(
      faultsOf(await save(Array.from({ length: 21 }, (_, index) => ({ limit: 1, hours: index + 1 })))),
    ).toEqual([422, "/items"]);
  });
});
