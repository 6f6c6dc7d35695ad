import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { looks } from "../support/looks.ts";

const TEMPLATE = "consents-spec-template";

/** One recipient who let three messages through, and one who took it back. */
async function reportConsents(page: Page, channelId: string, who: string): Promise<void> {
  const [keen, weary] = [`${who}-keen`, `${who}-weary`];
  const at = new Date(Date.now() - 60_000).toISOString();
  const changes = [
    { id: `${who}-1`, address: keen, subject: TEMPLATE, change: "granted", count: 3 },
    { id: `${who}-2`, address: weary, subject: TEMPLATE, change: "granted", at },
    { id: `${who}-3`, address: weary, subject: TEMPLATE, change: "withdrawn" },
  ];
  await callApi(page.request, "POST", `/v1/channels/${channelId}/allowances`, { changes });
}

for (const look of looks) {
  test(`the consents of a channel are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const { id: channelId } = await channelOf(page, "school-program");
    await reportConsents(page, channelId, `openid-${look.name}`);
    await expectScreen(page, `/channels/${channelId}/allowances`, `channel-consents-${look.name}`);
    await page.context().close();
  });
}

test("what recipients still let through is listed, and found by address and by what is left", async ({
  page,
}) => {
  await signIn(page, "owner");
  const { id: channelId } = await channelOf(page, "school-program");
  const who = `openid-${Date.now()}`;
  await reportConsents(page, channelId, who);
  const row = (name: string) => page.getByRole("row").filter({ hasText: `${who}-${name}` });

  await test.step("the channel has a tab for them", async () => {
    await page.goto(`/channels/${channelId}/health`);
    await page.getByRole("link", { name: "订阅次数" }).click();
    await expect(row("keen")).toContainText("还可发送 3 次");
    await expect(row("keen")).toContainText(TEMPLATE);
    await expect(row("weary")).toContainText("已用完");
  });

  await test.step("one recipient is looked for", async () => {
    await page.getByLabel("按地址查找").fill(`${who}-keen`);
    await expect(row("weary")).toHaveCount(0);
    await expect(row("keen")).toBeVisible();
    await expect(page).toHaveURL(/address=/);
  });

  await test.step("nobody fits: the list says so, and lets go of its filters", async () => {
    await page.getByRole("combobox", { name: "剩余次数" }).selectOption({ label: "已用完" });
    await expect(row("keen")).toHaveCount(0);
    await page.getByRole("button", { name: "清除筛选" }).first().click();
    await expect(row("keen")).toBeVisible();
    await expect(row("weary")).toBeVisible();
  });
});

test("a channel that needs no consent has no such tab, and its address says why", async ({ page }) => {
  await signIn(page, "owner");
  const { id: channelId } = await channelOf(page, "school-sms");
  await page.goto(`/channels/${channelId}/health`);
  await expect(page.getByRole("link", { name: "测试与预览" })).toBeVisible();
  await expect(page.getByRole("link", { name: "订阅次数" })).toHaveCount(0);
  await page.goto(`/channels/${channelId}/allowances`);
  await expect(page.getByText("这个通道的消息不需要用户逐条同意。")).toBeVisible();
});
