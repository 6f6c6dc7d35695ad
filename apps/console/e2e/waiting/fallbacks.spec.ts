import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";
import { bell, openPortal, readInInbox } from "../support/portal.ts";

/** Puts an entry into one user's inbox, and a mail after a minute where it was not read. Answers the message's id. */
async function sendWithFallback(page: Page, title: string): Promise<string> {
  const [inbox, mail] = [await channelOf(page, "school-inbox"), await channelOf(page, "school-mail")];
  const policy = await callApi<{ id: string }>(page.request, "POST", "/v1/policies", {
    name: title,
    steps: [{ channelIds: [inbox.id] }, { channelIds: [mail.id], when: "unread", afterSeconds: 60 }],
  });
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "users", userIds: ["2024001"] },
    policy: policy.id,
    content: { inbox: { title, body: "请查看" }, email: { subject: title, text: "请查看" } },
  });
  return id;
}

test("a fallback that turns out wasted is counted, and its delivery is listed by the number", async ({
  page,
  context,
}) => {
  // A fallback waits for a minute at least.
  test.setTimeout(180_000);
  await signIn(page, "owner");
  const title = `补发多余 ${Date.now()}`;
  const messageId = await sendWithFallback(page, title);
  await page.goto(`/messages/${messageId}`);
  const rows = page.locator("#people").getByRole("row");
  await expect(rows.filter({ hasText: "校园邮件" })).toContainText("已提交", { timeout: 120_000 });
  const wasted = page.getByRole("link", { name: /^多余补发/ });
  await expect(wasted).toHaveCount(0);

  const portal = await openPortal(context, "2024001");
  await bell(portal).click();
  await readInInbox(portal, title);
  // What is completed is not followed any more.
  await expect(async () => {
    await page.reload();
    await expect(wasted).toHaveAccessibleName("多余补发 1", { timeout: 3_000 });
  }).toPass();
  await wasted.click();
  await expect(page).toHaveURL(/wasted=yes/);
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText("校园邮件");
  await expect(rows.nth(1)).toContainText("多余补发");
  const filter = page.getByRole("combobox", { name: "多余补发" });
  await expect(filter).toHaveValue("yes");
  await screenshot(page, "message-wasted");
  await expectAccessible(page);
  await rows.nth(1).getByRole("link").first().click();
  await expect(page.getByText("得知补发多余")).toBeVisible();
  await page.goBack();
  // The number narrows to its channel and step as well.
  await page.getByRole("button", { name: "清除筛选" }).click();
  await expect(rows).toHaveCount(3);
  await filter.selectOption("yes");
  await expect(rows).toHaveCount(2);
  await expect(page).toHaveURL(/\?wasted=yes$/);
});

test("what is still to come can be stopped for one person", async ({ page }) => {
  await signIn(page, "owner");
  const messageId = await sendWithFallback(page, `不再补发 ${Date.now()}`);
  await page.goto(`/messages/${messageId}`);
  const rows = page.locator("#people").getByRole("row");
  await rows.filter({ hasText: "已送达" }).getByRole("link").first().click();
  await page.getByRole("button", { name: "不再发给此人" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("后续补发也不再进行");
  await screenshot(page, "delivery-stop-for-user");
  await dialog.getByRole("button", { name: "不再发给此人" }).click();
  await expect(page.getByText("已有内容发给")).toBeVisible();
  await expect(page.getByRole("button", { name: "不再发给此人" })).toBeHidden();
  // Nothing is waited for any more, so the message has come to its end.
  await page.goto(`/messages/${messageId}`);
  await expect(page.getByRole("heading", { level: 1 }).locator("..")).toContainText("已完成");
  await expect(rows).toHaveCount(2);
});
