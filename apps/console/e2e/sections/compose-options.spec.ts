import { expect, type Page, test } from "@playwright/test";
import { callApi, signIn } from "../server/sign-in.ts";
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
