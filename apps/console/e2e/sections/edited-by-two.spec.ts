import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";

/** The rest of a policy or a template's version stays as it is. */
type Saved = Record<string, unknown> & { id: string; name: string };

const unique = (name: string) => `${name} ${Date.now()}`;
const changedMeanwhile = (page: Page) => page.getByRole("alert");

test("a policy that somebody else has saved meanwhile is replaced only when its editor says so", async ({
  page,
}) => {
  await signIn(page, "owner");
  const [sms, mail] = [await channelOf(page, "school-sms"), await channelOf(page, "school-mail")];
  const steps = [{ channelIds: [sms.id] }];
  const policy = await callApi<Saved>(page.request, "POST", "/v1/policies", {
    name: unique("两人编辑"),
    steps,
  });
  const path = `/policies/${policy.id}`;
  await page.goto(path);
  const name = page.getByRole("textbox", { name: "名称" });
  await name.fill(`${policy.name} 甲`);

  await test.step("saving says so, and loading again shows what the other has saved", async () => {
    const body = { name: `${policy.name} 乙`, steps: [{ channelIds: [mail.id] }] };
    await callApi(page.request, "PUT", `/v1${path}`, body);
    await page.getByRole("button", { name: "保存策略" }).click();
    await expect(changedMeanwhile(page)).toContainText("现在是第 2 版");
    await screenshot(page, "policy-changed-meanwhile");
    await expectAccessible(page);
    await page.getByRole("button", { name: "重新载入" }).click();
    await expect(name).toHaveValue(`${policy.name} 乙`);
    await expect(changedMeanwhile(page)).toBeHidden();
  });

  await test.step("saving anyway takes its place", async () => {
    await callApi(page.request, "PUT", `/v1${path}`, { name: `${policy.name} 丙`, steps });
    await name.fill(`${policy.name} 丁`);
    await page.getByRole("button", { name: "保存策略" }).click();
    await expect(changedMeanwhile(page)).toContainText("现在是第 3 版");
    await page.getByRole("button", { name: "仍然保存" }).click();
    await expect(page).toHaveURL("/policies");
    const now = await callApi<Saved>(page.request, "GET", `/v1${path}`);
    expect(now.name).toBe(`${policy.name} 丁`);
  });
});

test("a template's draft that somebody else has saved meanwhile is replaced only when its editor says so", async ({
  page,
}) => {
  await signIn(page, "owner");
  const name = unique("两人写");
  const code = `both-${Date.now()}`;
  const template = await callApi<Saved>(page.request, "POST", "/v1/templates", { code, name });
  const draft = (text: string) => ({ variables: [], renderings: { sms: { templateCode: "SMS_1", text } } });
  const versions = `/v1/templates/${template.id}/versions`;
  await page.goto(`/templates/${template.id}/edit`);
  await page.getByRole("button", { name: "短信" }).click();
  await page.getByLabel("模板 CODE").fill("SMS_1");
  const text = page.getByLabel("短信内容");
  await text.fill("甲写的");

  await callApi(page.request, "POST", versions, draft("乙写的"));
  await page.getByRole("button", { name: "保存草稿" }).click();
  await expect(changedMeanwhile(page)).toContainText("最新的是第 1 版");
  await page.getByRole("button", { name: "重新载入" }).click();
  await expect(text).toHaveValue("乙写的");

  await callApi(page.request, "POST", versions, draft("丙写的"));
  await text.fill("丁写的");
  await page.getByRole("button", { name: "保存草稿" }).click();
  await expect(changedMeanwhile(page)).toBeVisible();
  await page.getByRole("button", { name: "仍然保存" }).click();
  await expect(page).toHaveURL(/version=1$/);
});
