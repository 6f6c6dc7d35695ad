import { expect, type Page, test } from "@playwright/test";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { next } from "../support/composing.ts";
import { problem } from "../support/fake-session.ts";

async function chooseEverybody(page: Page): Promise<void> {
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: /^广播所有人/ }).check();
  await next(page);
}

test("what is offered to choose from goes beyond the first page of a list", async ({ page }) => {
  await signIn(page, "owner");
  const { items } = await callApi<{ items: object[] }>(page.request, "GET", "/v1/templates?limit=100");
  const pages = { first: { items: [], nextCursor: "second" }, second: { items, nextCursor: null } };
  await page.route("**/v1/templates?*", (route) => {
    const isSecond = new URL(route.request().url()).searchParams.get("cursor") === "second";
    return route.fulfill({ json: isSecond ? pages.second : pages.first });
  });
  await chooseEverybody(page);
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
});

test("a template that could not be loaded says so, and can be tried again", async ({ page }) => {
  await signIn(page, "owner");
  await page.route("**/v1/templates/*", (route) => problem(route, 500, "internal-error"));
  await chooseEverybody(page);
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  await expect(page.getByRole("alert")).toContainText("模板内容没有取到");
  await expect(page.getByText("req_01JD5ZK3")).toBeVisible();
  await page.unroute("**/v1/templates/*");
  await page.getByRole("button", { name: "重试" }).click();
  await expect(page.getByRole("textbox", { name: "course" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("what a channel of its own needs is asked for at its field, before anything is sent", async ({
  page,
}) => {
  await signIn(page, "owner");
  await chooseEverybody(page);
  await page.getByRole("radio", { name: "直接编写" }).check();
  await page.getByRole("checkbox", { name: "短信" }).check();
  await page.getByRole("textbox", { name: "短信内容" }).fill("明天停课");
  await next(page);
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
  await next(page);
  await page.getByRole("button", { name: "内容：1 处" }).click();
  await next(page);
  const code = page.getByRole("textbox", { name: /^模板 CODE/ });
  await expect(code).toHaveAccessibleDescription(/“校园短信”需要填写此项/);
  await code.fill("SMS_123456789");
  await next(page);
  await next(page);
  await expect(page.getByRole("heading", { name: "发送前核对" })).toBeVisible();
});

test("what a template leaves out of what a channel needs is said where either is chosen", async ({
  page,
}) => {
  await signIn(page, "owner");
  // Written for another vendor of the same kind.
  const name = `别家短信 ${Date.now()}`;
  const template = await callApi<{ id: string }>(page.request, "POST", "/v1/templates", {
    code: `other-vendor-${Date.now()}`,
    name,
  });
  const versions = `/v1/templates/${template.id}/versions`;
  const renderings = { sms: { tempId: "1", text: "明天停课" } };
  await callApi(page.request, "POST", versions, { variables: [], renderings });
  await callApi(page.request, "POST", `${versions}/1/publication`);
  await chooseEverybody(page);
  const choice = page.getByRole("combobox", { name: "模板" });
  const sms = page.getByRole("checkbox", { name: /^校园短信/ });

  await test.step("at the channel, where the template is chosen first", async () => {
    await choice.selectOption({ label: `${name}（短信）` });
    await next(page);
    await expect(sms).toBeDisabled();
    await expect(sms).toHaveAccessibleName("校园短信 短信，模板没有写它需要的“模板 CODE”");
    await expectAccessible(page);
  });

  await test.step("at the template, where the channel is chosen first", async () => {
    const open = page.getByRole("button", { name: /^(\d )?内容/ });
    await open.click();
    await choice.selectOption({ label: "出勤提醒（短信、邮件）" });
    await page.getByRole("textbox", { name: "course" }).fill("高等数学");
    await page.getByRole("textbox", { name: "rate" }).fill("72%");
    await next(page);
    await sms.check();
    await open.click();
    await choice.selectOption({ label: `${name}（短信）` });
    await expect(page.getByText("“校园短信”需要“模板 CODE”，这个模板没有写。")).toBeVisible();
    await next(page);
    await next(page);
    await expect(page.getByRole("alert")).toContainText("有的通道不适用，请取消勾选");
  });
});

test("what would be refused is said when it is checked, with the way to where it is put right", async ({
  page,
}) => {
  await signIn(page, "owner");
  await page.route("**/v1/messages/explain", (route) =>
    problem(route, 422, "invalid-input", {
      errors: [{ pointer: "/template", detail: "Fields are missing.", code: "incomplete" }],
    }),
  );
  await chooseEverybody(page);
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  await page.getByRole("textbox", { name: "course" }).fill("高等数学");
  await page.getByRole("textbox", { name: "rate" }).fill("72%");
  await next(page);
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
  await next(page);
  await expect(page.getByText("现在的内容还不能发送")).toBeVisible();
  await page.getByRole("button", { name: "内容：有必填的内容没有写" }).click();
  await expect(page.getByRole("combobox", { name: "模板" })).toBeVisible();
});

test("a message that the server has no room for says in words that nothing was saved", async ({ page }) => {
  await signIn(page, "owner");
  await chooseEverybody(page);
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  await page.getByRole("textbox", { name: "course" }).fill("高等数学");
  await page.getByRole("textbox", { name: "rate" }).fill("72%");
  await next(page);
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
  await next(page);
  await page.route("**/v1/messages", (route) => problem(route, 429, "backlog-full", { detail: "Full." }));
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "发送" }).click();
  await expect(page.getByRole("alert")).toContainText("等待发送的消息已经太多，这条没有保存");
});
