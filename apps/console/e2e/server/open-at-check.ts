import { expect, type Page } from "@playwright/test";
import { channelOf } from "./demo-channels.ts";
import { callApi } from "./sign-in.ts";

/** A draft that is ready to be checked, as an earlier visit left it. */
export async function openAtCheck(page: Page, audience: object, way: object = {}): Promise<void> {
  const [me, templates, channels] = await Promise.all([
    callApi<{ member: { id: string }; tenant: { id: string } }>(page.request, "GET", "/v1/me"),
    callApi<{ items: { id: string; code: string; name: string }[] }>(page.request, "GET", "/v1/templates"),
    // By name: other tests make channels and take them away meanwhile.
    Promise.all(["school-sms", "school-mail"].map((code) => channelOf(page, code))),
  ]);
  const draft = {
    audience: {
      kind: "tags",
      any: [],
      all: [],
      not: [],
      userIds: [],
      addressKind: "",
      addresses: [],
      ...audience,
    },
    template: templates.items.find(({ name }) => name === "出勤提醒")?.id,
    variables: { course: "高等数学", rate: "72%", user_name: "张伟" },
    channels: channels.map(({ id }) => id),
    ...way,
  };
  const stored = { memberId: me.member.id, tenantId: me.tenant.id, draft };
  await page.addInitScript((text) => sessionStorage.setItem("tidings-draft", text), JSON.stringify(stored));
  await page.goto("/messages/new");
  // The template is fetched before its variables are known.
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  await page.locator('[data-step="check"]').click();
}
