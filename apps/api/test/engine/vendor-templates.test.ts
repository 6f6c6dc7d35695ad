import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  expectProblem,
  givenSchool,
  type Installation,
  mustSucceed,
  type School,
  type SchoolChannel,
  startInstallation,
  until,
} from "../harness/index.ts";
import { type RunningSimulator, startSimulator } from "../harness/installation.ts";

let installation: Installation;
/** Whose lists nobody reads but the test: there is no engine. */
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

interface Sync {
  syncedAt: string | null;
  nextAt: string | null;
  failure: { code: string } | null;
}
interface Listed {
  items: { kind: string; code: string; state: string; text: string | null; reason: string | null }[];
  nextCursor: string | null;
  sync: Sync;
}

const pathOf = (channel: keyof School["channels"], of = school) =>
  `/v1/channels/${of.channels[channel].id}/vendor-templates`;
const list = (query = "", of = school) =>
  mustSucceed<Listed>(of.owner("GET", `${pathOf("sms", of)}${query}`));
const sync = (of = school) => mustSucceed<Sync>(of.owner("POST", `${pathOf("sms", of)}/sync`));

describe("a sync", () => {
  it("keeps the vendor's signatures and templates with their states, and says when", async () => {
    expect(await list()).toEqual({
      items: [],
      nextCursor: null,
      sync: { syncedAt: null, nextAt: null, failure: null },
    });
    const done = await sync();
    expect(done).toMatchObject({ syncedAt: expect.any(String), failure: null });
    const { items, sync: kept } = await list();
    expect(kept).toEqual(done);
    expect(items.filter(({ kind }) => kind === "signature").map(({ code, state }) => [code, state])).toEqual([
      ["知行", "rejected"],
      ["知行学校", "approved"],
      ["知行学校后勤", "pending"],
    ]);
    expect(items.find(({ code }) => code === "SMS_404001")).toMatchObject({
      state: "rejected",
      reason: "模板内容涉及营销",
    });
    const rejected = await list("?state=rejected&kind=template");
    expect(rejected.items.map(({ code }) => code)).toEqual(["SMS_404001"]);
    expect((await list("?code=SMS_100008")).items.map(({ state }) => state)).toEqual(["pending"]);
    const first = await list("?limit=4");
    const second = await list(`?limit=100&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toEqual(items);
  });

  it("that cannot read the list leaves what was kept, with the vendor's code", async () => {
    const before = await list();
    installation.sms.misbehave("refuse", 2);
    expect(await sync()).toMatchObject({
      syncedAt: before.sync.syncedAt,
      failure: { code: "isv.AMOUNT_NOT_ENOUGH" },
    });
    expect((await list()).items).toEqual(before.items);
    expect((await sync()).failure).toBeNull();
  });

  it("is written down, without what was read", async () => {
    const path = `/v1/audit-entries?action=channel.templates_synced&subjectId=${school.channels.sms.id}`;
    const { items } = await mustSucceed<{ items: { after: object }[] }>(school.owner("GET", path));
    expect(items[0]).toMatchObject({ after: { ok: true, code: null } });
  });

  it("is refused for a channel whose plugin lists nothing", async () => {
    expectProblem(await school.owner("POST", `${pathOf("mail")}/sync`), "no-vendor-templates", 409);
  });

  it("needs the permission to change templates, and the tenant's own channel", async () => {
    expectProblem(await school.reviewer("POST", `${pathOf("sms")}/sync`), "forbidden", 403);
    expectProblem(await school.source("POST", `${pathOf("sms")}/sync`), "forbidden", 403);
    const stranger = await givenSchool(installation, "邻校");
    expectProblem(await stranger.owner("POST", `${pathOf("sms")}/sync`), "not-found", 404);
    expectProblem(await stranger.owner("GET", pathOf("sms")), "not-found", 404);
  });

  it.each(["state=unknown", "kind=other", "limit=0", "cursor=x"])("refuses the list's ?%s", async (query) => {
    expectProblem(await school.owner("GET", `${pathOf("sms")}?${query}`), "invalid-input", 422);
  });
});

describe("a rendering that names a vendor's template", () => {
  const previewOf = async (of: School, templateCode: string) => {
    const { id } = await mustSucceed<{ id: string }>(
      of.owner("POST", "/v1/templates", { code: `t-${templateCode}`, name: templateCode }),
    );
    await mustSucceed(
      of.owner("POST", `/v1/templates/${id}/versions`, {
        variables: [],
        renderings: { sms: { templateCode, text: "您好" } },
      }),
    );
    const { findings } = await mustSucceed<{ findings: { code: string; pointer: string; detail: string }[] }>(
      of.owner("POST", `/v1/templates/${id}/previews`, { kind: "sms" }),
    );
    return findings;
  };

  it.each([
    ["SMS_999999", "vendor_template_unknown"],
    ["SMS_100008", "vendor_template_pending"],
    ["SMS_404001", "vendor_template_rejected"],
  ])("is warned about: %s, %s", async (templateCode, code) => {
    expect(await previewOf(school, templateCode)).toMatchObject([
      { code, pointer: "/renderings/sms/templateCode", detail: expect.stringContaining("校园短信") },
    ]);
  });

  it("is left alone when the vendor has approved it", async () => {
    expect(await previewOf(school, "SMS_100001")).toEqual([]);
  });

  it("is left alone where nobody has read the vendor's list", async () => {
    const other = await givenSchool(installation, "邻校");
    expect(await previewOf(other, "SMS_999999")).toEqual([]);
  });

  it("is warned about in the channel's preview", async () => {
    const { findings } = await mustSucceed<{ findings: object[] }>(
      school.owner("POST", `/v1/channels/${school.channels.sms.id}/preview`, {
        content: { templateCode: "SMS_100008", text: "您好" },
        address: "13811111001",
      }),
    );
    expect(findings).toMatchObject([{ code: "vendor_template_pending", pointer: "/content/templateCode" }]);
  });
});

describe("a vendor without a list", () => {
  let simulator: RunningSimulator;
  /** The school has no other channel of the kind that knows templates by this field. */
  let path: string;
  beforeAll(async () => {
    simulator = await startSimulator("sms-jiguang");
    for (const endpoint of simulator.endpoints) installation.allowedEndpoints.add(endpoint);
    const { masterSecret, ...settings } = simulator.settings;
    const { id } = await mustSucceed<SchoolChannel>(
      school.owner("POST", "/v1/channels", {
        code: "one-by-one",
        name: "应急短信",
        pluginId: "tidings/sms-jiguang",
        settings,
        secrets: { masterSecret },
      }),
    );
    path = `/v1/channels/${id}/vendor-templates`;
  });
  afterAll(() => simulator?.close());

  /** Makes a template of ours that names one of the vendor's, and answers what is found about it. */
  async function name(tempId: string, of = school) {
    const { id } = await mustSucceed<{ id: string }>(
      of.owner("POST", "/v1/templates", { code: `t-${tempId.length}-${Number(tempId) || 0}`, name: tempId }),
    );
    await mustSucceed(
      of.owner("POST", `/v1/templates/${id}/versions`, {
        variables: [{ name: "which", type: "text", required: true }],
        renderings: { sms: { tempId, text: "{{which}}，您好" } },
      }),
    );
    return () =>
      mustSucceed<{ findings: { code: string; detail: string }[] }>(
        of.owner("POST", `/v1/templates/${id}/previews`, { kind: "sms", variables: { which: "1003" } }),
      ).then(({ findings }) => findings.map(({ code }) => code));
  }

  it("is asked about what the settings and the tenant's own templates name", async () => {
    const stranger = await givenSchool(installation, "邻校");
    await name("1004", stranger);
    const findings = [await name("1003"), await name("1008"), await name("404001"), await name("{{which}}")];
    expect(await Promise.all(findings.map((find) => find()))).toEqual([[], [], [], []]);
    expect((await mustSucceed<Sync>(school.owner("POST", `${path}/sync`))).failure).toBeNull();
    const { items } = await mustSucceed<Listed>(school.owner("GET", path));
    expect(items.map(({ kind, code, state }) => [kind, code, state])).toEqual([
      ["signature", String(simulator.settings.signId), "approved"],
      ["template", "1003", "approved"],
      ["template", "1008", "pending"],
      ["template", "404001", "rejected"],
    ]);
    expect(await Promise.all(findings.map((find) => find()))).toEqual([
      [],
      ["vendor_template_pending"],
      ["vendor_template_rejected"],
      [],
    ]);
    // Not asked about yet.
    expect(await (await name("404002"))()).toEqual([]);
  });
});

describe("the engine", () => {
  it("reads the list of a channel that nobody has asked about, and again when it is due", async () => {
    const other = await givenSchool(installation, "远校");
    const engine = await installation.startEngine();
    try {
      const first = await until(async () => {
        const { sync: found } = await list("", other);
        return found.syncedAt === null ? undefined : found;
      });
      const laterMs = Date.parse(first.nextAt ?? "") - Date.parse(first.syncedAt ?? "");
      expect(laterMs).toBe(6 * 3_600_000);
    } finally {
      await engine.stop();
    }
    await installation.books.transaction(
      ({ sql }) => sql`update vendor_template_syncs set next_at = now() - interval '1 minute'`,
    );
    const { sync: before } = await list("", other);
    const again = await installation.startEngine();
    await until(async () => ((await list("", other)).sync.syncedAt !== before.syncedAt ? true : undefined));
    await again.stop();
  });
});
