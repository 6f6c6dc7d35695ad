import { expect, type Page, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

type Listed = { items: { id: string; name: string }[] };

async function idOf(page: Page, list: "templates" | "policies", name: string): Promise<string> {
  const { items } = await callApi<Listed>(page.request, "GET", `/v1/${list}?limit=100`);
  return items.find((item) => item.name === name)?.id ?? "";
}

const unique = (name: string) => `${name} ${Date.now()}`;

for (const look of looks) {
  test(`templates are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const template = `/templates/${await idOf(page, "templates", "出勤提醒")}`;
    await expectScreen(page, "/templates", `templates-${look.name}`);
    await expectScreen(page, template, `template-${look.name}`);
    await expectScreen(page, `${template}/edit`, `template-edit-${look.name}`);
    await page.context().close();
  });

  test(`policies are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const policy = await idOf(page, "policies", "短信未送达 1 分钟后补发邮件");
    await expectScreen(page, "/policies", `policies-${look.name}`);
    await expectScreen(page, `/policies/${policy}`, `policy-${look.name}`);
    await expectScreen(page, "/policies/new", `policy-new-${look.name}`);
    await page.context().close();
  });
}

test("a template is written, previewed while it is written, and published", async ({ page }) => {
  const name = unique("放假通知");
  await signIn(page, "owner");
  await page.goto("/templates");

  await test.step("create", async () => {
    await page.getByRole("button", { name: "新建模板" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("名称").fill(name);
    await dialog.getByLabel("模板编码").fill("放假");
    await dialog.getByRole("button", { name: "创建并写内容" }).click();
    await expect(dialog.getByLabel("模板编码")).toHaveAccessibleDescription(/只能用字母/);
    await dialog.getByLabel("模板编码").fill(`holiday-${Date.now()}`);
    await dialog.getByRole("button", { name: "创建并写内容" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`编辑“${name}”`);
  });

  await test.step("write", async () => {
    await page.getByRole("button", { name: "短信" }).click();
    await page.getByLabel("模板 CODE").fill("SMS_123456789");
    await page.getByLabel("短信内容").fill("{{user_name}}同学，{{date}}起放假。");
    await expect(page.getByText("没有声明的变量")).toBeVisible();
    await page.getByRole("button", { name: "user_name", exact: true }).click();
    await page.getByRole("button", { name: "date", exact: true }).click();
    await expect(page.getByText("没有声明的变量")).toBeHidden();
    const date = page.getByRole("group", { name: "变量 date" });
    await date.getByLabel("示例").fill("1 月 10 日");
    await expect(page.getByRole("figure", { name: "短信" })).toContainText("1 月 10 日起放假");
    await page.getByRole("checkbox", { name: /^追踪链接点击/ }).check();
    await expect(page.getByText("短信的内容由平台按已审核的模板发出")).toBeVisible();
  });

  await test.step("put right what is wrong", async () => {
    const text = page.getByLabel("短信内容");
    await text.fill("{{user_name}}同学，{{date 起放假。");
    await page.getByRole("button", { name: "保存草稿" }).click();
    await expect(page.getByRole("alert")).toBeFocused();
    await expect(text).toHaveAccessibleDescription(/花括号没有闭合/);
    await screenshot(page, "template-errors");
    await expectAccessible(page);
    await text.fill("{{user_name}}同学，{{date}}起放假。");
    await page.getByRole("button", { name: "保存草稿" }).click();
  });

  await test.step("publish", async () => {
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
    await expect(page.getByRole("figure", { name: "短信" })).toContainText("1 月 10 日起放假");
    await page.getByLabel("date", { exact: true }).fill("");
    await expect(page.getByText("必填变量 date 没有值")).toBeVisible();
    await page.getByRole("button", { name: "发布第 1 版" }).click();
    const question = page.getByRole("alertdialog");
    await expect(question).toContainText("发布后就可以用它发送消息");
    await screenshot(page, "template-publish");
    await question.getByRole("button", { name: "发布第 1 版" }).click();
    await expect(page.getByText("第 1 版 已发布", { exact: true })).toBeVisible();
    await expect(page.getByRole("region", { name: "追踪" })).toHaveText(/追踪链接点击。/);
    await expect(page.getByRole("link", { name: "写新版本" })).toBeVisible();
  });

  await test.step("delete", async () => {
    await page.getByRole("button", { name: "更多操作" }).click();
    await page.getByRole("menuitem", { name: "删除模板" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "删除模板" }).click();
    await expect(page).toHaveURL(/\/templates$/);
    await expect(page.getByRole("link", { name })).toBeHidden();
  });
});

test("a template that is left unsaved is asked about", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto(`/templates/${await idOf(page, "templates", "出勤提醒")}/edit`);
  await page.getByLabel("短信内容").fill("改一改");
  await page.getByRole("link", { name: "策略" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("还没有保存");
});

test("a policy says why a condition cannot be judged, and is created and archived", async ({ page }) => {
  const name = unique("短信失败补发邮件");
  await signIn(page, "owner");
  await page.goto("/policies/new");
  await page.getByLabel("名称").fill(name);
  const first = page.getByRole("region", { name: "先发送" });
  const second = page.getByRole("region", { name: "没成功时补发" });

  await test.step("an e-mail reports nothing that could be waited for", async () => {
    await first.getByLabel(/校园邮件/).check();
    await second.getByRole("checkbox", { name: /校园短信/ }).check();
    await page.getByRole("button", { name: "创建策略" }).click();
    await expect(second.getByText("“校园邮件”从不回报是否送达").first()).toBeVisible();
    await screenshot(page, "policy-errors");
    await expectAccessible(page);
  });

  await test.step("create", async () => {
    await first.getByLabel(/校园邮件/).uncheck();
    await second.getByRole("checkbox", { name: /校园短信/ }).uncheck();
    await first.getByLabel(/校园短信/).check();
    await expect(second.getByRole("checkbox", { name: /校园短信/ })).toBeDisabled();
    await second.getByRole("checkbox", { name: /校园邮件/ }).check();
    await second.getByLabel(/发送失败/).check();
    await expect(second.getByLabel("等待多久")).toBeHidden();
    await page.getByRole("button", { name: "创建策略" }).click();
    await expect(page).toHaveURL(/\/policies$/);
  });

  await test.step("archive", async () => {
    await page.getByRole("button", { name: `${name}的操作` }).click();
    await page.getByRole("menuitem", { name: "归档" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("正在发送的消息按原来的步骤走完");
    await page.getByRole("alertdialog").getByRole("button", { name: "归档" }).click();
    const row = page.getByRole("row", { name: new RegExp(name) });
    await expect(row).toContainText("已归档");
  });
});

test("a reviewer reads templates and policies and changes neither", async ({ page }) => {
  await signIn(page, "reviewer");
  await page.goto("/templates");
  await page.getByRole("link", { name: "出勤提醒" }).click();
  await expect(page.getByRole("heading", { name: "预览" })).toBeVisible();
  await expect(page.getByRole("link", { name: "写新版本" })).toBeHidden();
  await page.goto(`/policies/${await idOf(page, "policies", "短信未送达 1 分钟后补发邮件")}`);
  await expect(page.getByText("校园邮件")).toBeVisible();
  await expect(page.getByRole("button", { name: "保存策略" })).toBeHidden();
  await page.goto("/policies/new");
  await expect(page.getByRole("heading", { name: "没有权限" })).toBeVisible();
});
