import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";

const next = (page: Page) => page.getByRole("button", { name: "下一步" }).click();

const now = Date.now();
/** What fields for a date, and for a date and time, hold in the demo school's zone: of one moment, if it is midnight. */
const inShanghai = (days: number) => new Date(now + 8 * 3_600_000 + days * 86_400_000).toISOString();

/** A message to one typed number, up to the step that says how. */
async function writeToOneNumber(page: Page): Promise<void> {
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: /^自定义/ }).check();
  await page.getByRole("textbox", { name: "手机号" }).fill("15213130125");
  await page.getByRole("textbox", { name: "手机号" }).press("Enter");
  await next(page);
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  for (const [name, value] of Object.entries({ user_name: "张伟", course: "高等数学", rate: "72%" }))
    await page.getByRole("textbox", { name, exact: true }).fill(value);
  await next(page);
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
}

test("a message recurs: its times are shown first, one is cancelled, then the rest", async ({ page }) => {
  await signIn(page, "operator");
  await writeToOneNumber(page);
  await page.getByRole("radio", { name: "定时" }).check();
  await page.getByLabel("定时发送").fill(`${inShanghai(1).slice(0, 10)}T08:00`);
  await page.getByRole("combobox", { name: "重复" }).selectOption({ label: "每天" });
  await next(page);
  await expect(page.getByLabel("最后一天")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("最后一天").fill(inShanghai(10).slice(0, 10));
  const times = page.getByRole("region", { name: /^接下来的时间/ });
  await expect(times.getByRole("listitem")).toHaveCount(5);
  await expect(times.getByText("共 10 次")).toBeVisible();
  await screenshot(page, "compose-repeat");
  await expectAccessible(page);
  await next(page);
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await expect(page).toHaveURL(/\/messages\/scheduled\/ser_/);
  const { pathname } = new URL(page.url());
  await expect(page.getByText("进行中").first()).toBeVisible();
  const table = page.getByRole("table", { name: "每一次" });
  await expect(table.getByText("待发送")).toHaveCount(10);
  await screenshot(page, "series");
  await expectAccessible(page);

  await table.getByRole("button", { name: "取消这一次" }).first().click();
  await page.getByRole("alertdialog").getByRole("button", { name: "取消这一次" }).click();
  await expect(table.getByText("已取消", { exact: true })).toHaveCount(1);
  await expect(table.getByText("待发送")).toHaveCount(9);

  await page.goto("/messages/scheduled");
  const row = page.getByRole("row", { name: /每天/ }).filter({ has: page.locator(`a[href="${pathname}"]`) });
  await expect(row).toHaveCount(1);
  await screenshot(page, "scheduled-and-recurring");
  await expectAccessible(page);
  await row.getByRole("link").first().click();
  await page.getByRole("button", { name: "全部取消" }).click();
  await expect(page.getByRole("alertdialog").getByText("还没到时间的 9 次都不再发送")).toBeVisible();
  await page.getByRole("alertdialog").getByRole("button", { name: "全部取消" }).click();
  await expect(table.getByText("不再发送")).toHaveCount(9);
});

test("what was not sent is sent again, after saying how much that is", async ({ page }) => {
  await signIn(page, "operator");
  await writeToOneNumber(page);
  await next(page);
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await expect(page).toHaveURL(/\/messages\/msg_/);
  const original = page.url();
  const people = page.getByRole("region", { name: "投递明细" });
  await page.getByRole("link", { name: /^152/ }).first().click();
  await expect(page).toHaveURL(/\/deliveries\/dlv_/);
  await page.getByRole("button", { name: "重发", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByText(/可能会收到两次/)).toBeVisible();
  await screenshot(page, "resend-delivery");
  await dialog.getByRole("button", { name: "重发", exact: true }).click();
  await expect(page).toHaveURL(/\/messages\/msg_/);
  expect(page.url()).not.toBe(original);
  await expect(page.getByText("一条消息的 1 条投递（重发）")).toBeVisible();

  await page.goto(original);
  await page.getByRole("button", { name: "批量重发" }).click();
  await expect(dialog.getByText(/没有可以重发的投递/)).toBeVisible();
  await expect(people).toBeVisible();
  await screenshot(page, "resend-none");
});

test("a scheduled message that is paused is still found among the scheduled ones", async ({ page }) => {
  await signIn(page, "owner");
  const subject = `先停一停的通知 ${Date.now()}`;
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "users", userIds: ["2024001"] },
    channels: [(await channelOf(page, "school-mail")).id],
    content: { email: { subject, text: "到时间再发" } },
    schedule: { at: new Date(Date.now() + 24 * 3_600_000).toISOString(), timeZone: "Asia/Shanghai" },
  });
  await callApi(page.request, "POST", `/v1/messages/${id}/pause`);
  await page.goto("/messages/scheduled");
  await expect(page.getByRole("row", { name: new RegExp(subject) })).toContainText("已暂停");
  await callApi(page.request, "POST", `/v1/messages/${id}/cancellation`);
});

test("a time that is cancelled shows it, however far the list was loaded", async ({ page }) => {
  await signIn(page, "owner");
  const at = new Date(Date.now() + 24 * 3_600_000);
  const until = new Date(at.getTime() + 80 * 86_400_000).toISOString().slice(0, 10);
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/series", {
    audience: { kind: "users", userIds: ["2024001"] },
    channels: [(await channelOf(page, "school-mail")).id],
    content: { email: { subject: "晨检", text: "请测体温" } },
    schedule: { at: at.toISOString(), timeZone: "Asia/Shanghai", repeat: { kind: "daily", until } },
  });
  await page.goto(`/messages/scheduled/${id}`);
  const table = page.getByRole("table", { name: "每一次" });
  await expect(table.getByText("待发送").first()).toBeVisible();
  const planned = await table.getByText("待发送").count();
  await page.getByRole("button", { name: "加载更多" }).click();
  await expect.poll(() => table.getByText("待发送").count()).toBeGreaterThan(planned);
  await table
    .getByRole("button", { name: /^取消这一次/ })
    .nth(2)
    .click();
  await page.getByRole("alertdialog").getByRole("button", { name: "取消这一次" }).click();
  await expect(table.getByText("已取消", { exact: true })).toHaveCount(1);
  await callApi(page.request, "POST", `/v1/series/${id}/cancellation`);
});
