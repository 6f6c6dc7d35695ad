import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";

/** Sends to one user of the school by that channel, and opens the page of the message. */
async function openMessage(page: Page, code: string, content: Record<string, unknown>): Promise<string> {
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "users", userIds: ["2024001"] },
    channels: [(await channelOf(page, code)).id],
    content,
  });
  await page.goto(`/messages/${id}`);
  return id;
}

test("a short mail has as wide a phone as a long one", async ({ page }) => {
  await signIn(page, "owner");
  await openMessage(page, "school-mail", { email: { subject: "短", text: "好" } });
  const phone = page.getByRole("figure", { name: "校园邮件" });
  await expect(phone).toContainText("短");
  expect((await phone.boundingBox())?.width).toBe(288);
});

test("a choice in the content is read in words", async ({ page }) => {
  await signIn(page, "owner");
  await openMessage(page, "school-inbox", {
    inbox: { title: "必读", body: "请确认", confirmation: "required" },
  });
  const phone = page.getByRole("listitem").filter({ has: page.getByRole("figure", { name: "校园站内信" }) });
  await expect(phone).toContainText("必读，须由用户确认");
  await expect(phone).not.toContainText("required");
});

test("numbers that cannot be brought up to date say so, until they can be again", async ({ page }) => {
  await signIn(page, "owner");
  const at = new Date(Date.now() + 24 * 3_600_000).toISOString();
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "users", userIds: ["2024001"] },
    channels: [(await channelOf(page, "school-mail")).id],
    content: { email: { subject: "断线", text: "稍后再看" } },
    schedule: { at, timeZone: "Asia/Shanghai" },
  });
  const stale = page.getByText("显示的可能不是最新的数据");
  // Nothing is told, so the page asks.
  await page.route(`**/v1/messages/${id}/progress`, (route) => route.abort());
  await page.goto(`/messages/${id}`);
  await expect(page.getByRole("heading", { level: 1, name: "断线" })).toBeVisible();
  await page.route(`**/v1/messages/${id}`, (route) => route.abort());
  await expect(stale).toBeVisible();
  await expect(page.getByText("连接不上服务器")).toBeVisible();
  await page.unroute(`**/v1/messages/${id}`);
  await expect(stale).toBeHidden();
  await callApi(page.request, "POST", `/v1/messages/${id}/cancellation`);
});

test("people are left out of a message that has not begun", async ({ page }) => {
  await signIn(page, "owner");
  const at = new Date(Date.now() + 24 * 3_600_000).toISOString();
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "users", userIds: ["2024001", "2024002"] },
    channels: [(await channelOf(page, "school-mail")).id],
    content: { email: { subject: "春游", text: "周六八点" } },
    schedule: { at, timeZone: "Asia/Shanghai" },
  });
  await page.goto(`/messages/${id}`);
  await page.getByRole("button", { name: "去掉收件人" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "去掉收件人" }).click();
  await expect(dialog.getByText("请填写此项").first()).toBeVisible();
  const users = dialog.getByRole("combobox", { name: "指定用户" });
  for (const userId of ["2024002", "2024003"]) {
    await users.fill(userId);
    await page.getByRole("option", { name: new RegExp(userId) }).click();
  }
  await dialog.getByRole("button", { name: "去掉收件人" }).click();
  await expect(dialog.getByText("请先从名单中移除：2024003")).toBeVisible();
  await expect(dialog.getByText("这条消息本来就不发给此人").first()).toBeVisible();
  await screenshot(page, "message-leave-out");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: /移除.*2024003/ }).click();
  await dialog.getByRole("button", { name: "去掉收件人" }).click();
  await expect(page.getByText("已去掉 1 人")).toBeVisible();
  await expect(page.getByText("已去掉的人").locator("xpath=following-sibling::*[1]")).toHaveText("1");
  await callApi(page.request, "POST", `/v1/messages/${id}/cancellation`);
});
