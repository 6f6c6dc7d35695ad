import { newId, toUuid } from "@tidings/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPublishedVersion, findVersion } from "../../src/modules/templates/index.ts";
import { startContentApp } from "./fixture.ts";

let app: Awaited<ReturnType<typeof startContentApp>>;
beforeAll(async () => {
  app = await startContentApp();
});
afterAll(() => app.stop());

const version = (text: string) => ({
  variables: [{ name: "name", type: "text", required: true, example: "张三" }],
  renderings: { sms: { text }, email: { subject: text, html: `<p>${text}</p>` } },
});

async function makeTemplate() {
  const tenant = await app.makeTenant();
  const { body } = await tenant.admin.call("POST", "/templates", { code: "fee", name: "缴费" });
  return { ...tenant, path: `/templates/${body.id}`, templateId: body.id as string };
}

describe("template versions", () => {
  it("replaces the draft until it is published, and retires what was published before", async () => {
    const { admin, path } = await makeTemplate();
    expect((await admin.call("POST", `${path}/versions`, version("{{name}}"))).body.number).toBe(1);
    expect((await admin.call("POST", `${path}/versions`, version("您好 {{name}}"))).body.number).toBe(1);
    expect((await admin.call("POST", `${path}/versions/1/publication`)).body.state).toBe("published");
    expect((await admin.call("POST", `${path}/versions`, version("Hi {{name}}"))).body.number).toBe(2);
    expect((await admin.call("POST", `${path}/versions/2/publication`)).status).toBe(200);
    const { body } = await admin.call("GET", path);
    expect(body.versions.map((item: { state: string }) => item.state)).toEqual(["published", "retired"]);
    expect(body.liveVersions).toMatchObject([{ number: 2, state: "published" }]);
  });

  it("publishes a draft once", async () => {
    const { admin, path } = await makeTemplate();
    await admin.call("POST", `${path}/versions`, version("{{name}}"));
    const answers = await Promise.all(
      [1, 2, 3].map(() => admin.call("POST", `${path}/versions/1/publication`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it("makes one draft of many that are saved at once", async () => {
    const { admin, path } = await makeTemplate();
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => admin.call("POST", `${path}/versions`, version(`${n}{{name}}`))),
    );
    expect(answers.map(({ status, body }) => [status, body.number])).toEqual(Array(4).fill([201, 1]));
  });

  it("has another time after each change, also within one moment by the clock", async () => {
    const { admin, path } = await makeTemplate();
    const { body: first } = await admin.call("POST", `${path}/versions`, version("{{name}}"));
    const [{ ahead }] = await app.transact(
      admin.ctx,
      ({ sql }) => sql<
        [{ ahead: Date }]
      >`update template_versions set updated_at = now() + interval '1 minute'
        where tenant_id = ${toUuid("tenant", admin.ctx.tenantId)} returning updated_at as ahead`,
    );
    const { body: second } = await admin.call("POST", `${path}/versions`, version("Hi {{name}}"));
    const { body: published } = await admin.call("POST", `${path}/versions/${first.number}/publication`);
    const { body: third } = await admin.call("POST", `${path}/versions`, version("Hey {{name}}"));
    const times = [second, published, third].map(({ updatedAt }) => Date.parse(updatedAt) - ahead.getTime());
    expect(times).toEqual([1, 2, 3]);
  });

  it("is not replaced when somebody else has changed it since, unless that is asked for", async () => {
    const { admin, path } = await makeTemplate();
    const saved = (text: string, basedOn?: string | null) =>
      admin.call("POST", `${path}/versions`, { ...version(text), basedOn });
    const { body: first } = await saved("{{name}}", null);
    expect(await saved("Hi {{name}}", null)).toMatchObject({
      status: 409,
      body: { code: "template-changed", number: 1 },
    });
    const { body: second } = await saved("Hi {{name}}", first.updatedAt);
    expect((await saved("Hey {{name}}", first.updatedAt)).status).toBe(409);
    const { body: published } = await admin.call("POST", `${path}/versions/1/publication`);
    expect((await saved("Hey {{name}}", second.updatedAt)).status).toBe(409);
    expect((await admin.call("GET", path)).body.versions).toEqual([published]);
    expect((await saved("Hey {{name}}", published.updatedAt)).body.number).toBe(2);
    expect((await saved("Whatever is there {{name}}")).body.number).toBe(2);
  });

  it("refuses undeclared variables, unknown fields and broken braces, each with its place", async () => {
    const { admin, path } = await makeTemplate();
    const { status, body } = await admin.call("POST", `${path}/versions`, {
      variables: [],
      renderings: { sms: { text: "{{name}}", title: "x" }, email: { subject: "{{", html: "x" } },
    });
    expect(status).toBe(422);
    expect(
      body.errors.map((error: { pointer: string; code: string }) => [error.pointer, error.code]),
    ).toEqual([
      ["/renderings/sms/text", "unknown_variable"],
      ["/renderings/sms/title", "unknown_field"],
      ["/renderings/email/subject", "template_syntax"],
    ]);
  });

  it("hands messages the published version, and a pinned one whatever became of it", async () => {
    const { admin, path, tenantId, templateId } = await makeTemplate();
    const published = (by: { code: string } | { templateId: string }) =>
      app.transact(admin.ctx, (tx) => findPublishedVersion(tx, tenantId, by));
    await admin.call("POST", `${path}/versions`, version("{{name}}"));
    expect(await published({ code: "fee" })).toBeUndefined();
    await admin.call("POST", `${path}/versions/1/publication`);
    const pinned = await published({ code: "fee" });
    expect(pinned).toMatchObject({ number: 1, code: "fee", name: "缴费", templateId });
    expect(await published({ templateId })).toEqual(pinned);
    await admin.call("POST", `${path}/versions`, version("{{name}}"));
    await admin.call("POST", `${path}/versions/2/publication`);
    const later = await app.transact(admin.ctx, (tx) => findVersion(tx, tenantId, pinned?.id ?? ""));
    expect(later).toMatchObject({ number: 1, state: "retired" });
  });
});

describe("template previews", () => {
  it("renders with examples, escapes where the field is HTML, and names what is missing", async () => {
    const { admin, path } = await makeTemplate();
    await admin.call("POST", `${path}/versions`, version("您好 {{name}}"));
    const preview = (variables: object) =>
      admin.call("POST", `${path}/previews`, { kind: "email", variables });
    expect((await preview({})).body).toEqual({
      content: { subject: "您好 张三", html: "<p>您好 张三</p>" },
      missingVariables: ["name"],
      findings: [],
    });
    const { body } = await preview({ name: "<b>" });
    expect(body.content).toEqual({ subject: "您好 <b>", html: "<p>您好 &lt;b&gt;</p>" });
    expect((await preview({ name: "x".repeat(30) })).body.findings).toMatchObject([
      { pointer: "/renderings/email/subject", code: "too_long" },
    ]);
  });

  it("says that there is nothing to preview", async () => {
    const { admin, path } = await makeTemplate();
    expect((await admin.call("POST", `${path}/previews`, { kind: "sms" })).status).toBe(404);
    await admin.call("POST", `${path}/versions`, version("{{name}}"));
    expect((await admin.call("POST", `${path}/previews`, { kind: "fax" })).status).toBe(422);
  });
});

describe("templates", () => {
  it("refuses a second template with the same code, and knows nothing of another tenant's", async () => {
    const { admin, path } = await makeTemplate();
    expect(await admin.call("POST", "/templates", { code: "fee", name: "other" })).toMatchObject({
      status: 409,
      body: { code: "template-not-unique", errors: [{ pointer: "/code" }] },
    });
    const { admin: stranger } = await app.makeTenant();
    expect((await stranger.call("GET", path)).status).toBe(404);
    expect((await stranger.call("POST", `${path}/versions`, version("{{name}}"))).status).toBe(404);
  });

  it("keeps a template that messages were made from, and gives the quota back for another", async () => {
    const { admin, path, rows, tenantId } = await makeTemplate();
    const { body } = await admin.call("POST", `${path}/versions`, version("{{name}}"));
    await rows(
      `insert into messages (tenant_id, id, state, title, priority, audience, template_version_id, variables,
         channel_ids, content_hash, needs_approval)
       values ('${toUuid("tenant", tenantId)}', '${toUuid("message", newId("message"))}', 'completed', 'x', 2,
         '{"kind":"all"}', '${toUuid("templateVersion", body.id)}', '{}', '{}', '\\x00', false)`,
    );
    expect(await admin.call("DELETE", path)).toMatchObject({
      status: 409,
      body: { code: "template-in-use" },
    });
    const other = (await admin.call("POST", "/templates", { code: "other", name: "其他" })).body.id;
    expect((await admin.call("DELETE", `/templates/${other}`)).status).toBe(204);
    expect(await rows("select used from quotas where kind = 'templates'")).toEqual([{ used: "1" }]);
  });
});
