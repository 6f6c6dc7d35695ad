import { expect, type Page, test } from "@playwright/test";
import { signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";

const next = (page: Page) => page.getByRole("button", { name: "下一步" }).click();

/** What a field for a date and time holds, in the demo school's zone. */
const inShanghai = (hours: number) =>
  new Date(Date.now() + (hours + 8) * 3_600_000).toISOString().slice(0, 16);

/** A message to one typed number, up to the step that says how. */
async function writeToOneNumber(page: Page): Promise<void> {
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: /^自定义/ }).check();
  await page.getByRole("textbox", { name: "手机号" }).fill("15213130124");
  await page.getByRole("textbox", { name: "手机号" }).press("Enter");
  await next(page);
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  for (const [name, value] of Object.entries({ user_name: "张伟", course: "高等数学", rate: "72%" }))
    await page.getByRole("textbox", { name, exact: true }).fill(value);
  await next(page);
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
}

test("a message is scheduled, given another time, paused, resumed and cancelled", async ({ page }) => {
  await signIn(page, "operator");
  await writeToOneNumber(page);
  await page.getByRole("radio", { name: "定时" }).check();
  const at = page.getByLabel("定时发送");
  await at.fill(inShanghai(-2));
  await next(page);
  await expect(page.getByText("这个时间已经过去，请选择将来的时间。").first()).toBeVisible();
  await at.fill(inShanghai(5));
  await page.getByRole("radio", { name: "每秒条数" }).check();
  const rate = page.getByRole("spinbutton", { name: "每秒条数" });
  await rate.fill("0");
  await next(page);
  await expect(page.getByText("请填 1 到 100,000 之间的整数。").first()).toBeVisible();
  await rate.fill("20");
  await page.getByRole("combobox", { name: /^离线保存/ }).selectOption({ label: "1 天" });
  await screenshot(page, "compose-schedule");
  await expectAccessible(page);
  await next(page);
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await expect(page).toHaveURL(/\/messages\/msg_/);
  const { pathname } = new URL(page.url());
  await expect(page.getByText("待发送").first()).toBeVisible();
  await screenshot(page, "message-scheduled");
  await expectAccessible(page);

  await page.getByRole("button", { name: "改时间" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("定时发送").fill(inShanghai(30));
  await dialog.getByRole("button", { name: "改时间" }).click();
  await expect(page.getByText("发送时间已更改")).toBeVisible();

  await page.getByRole("button", { name: "调速" }).click();
  await dialog.getByRole("radio", { name: "尽快发完" }).check();
  await dialog.getByRole("button", { name: "调速" }).click();
  await expect(page.getByText("发送速度已调整")).toBeVisible();

  await page.getByRole("button", { name: "暂停", exact: true }).click();
  await expect(page.getByText("已暂停", { exact: true }).first()).toBeVisible();
  await screenshot(page, "message-paused");
  await page.getByRole("button", { name: "继续", exact: true }).click();
  await expect(page.getByText("待发送").first()).toBeVisible();

  await page.goto("/messages?state=scheduled");
  // Other tests may have one of their own waiting.
  const own = page.locator(`a[href="${pathname}"]`);
  const row = page.getByRole("row", { name: /^出勤提醒.*待发送/ }).filter({ has: own });
  await expect(row).toHaveCount(1);
  await screenshot(page, "messages-scheduled");
  await row.getByRole("link").first().click();
  await page.getByRole("button", { name: "取消发送" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "取消发送" }).click();
  await expect(page.getByText("已取消", { exact: true }).first()).toBeVisible();
});
