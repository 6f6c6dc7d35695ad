import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { openSignedIn } from "../server/expect-screen.ts";
import { openAtCheck } from "../server/open-at-check.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

/** A text of two units, at the demo's 0.045 yuan each. */
async function sendCostly(page: Page): Promise<string> {
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "addresses", addresses: [{ address: "13800138000" }] },
    channels: ["school-sms"],
    content: { sms: { templateCode: "SMS_100003", text: "【通知】{{content}}" } },
    variables: { content: "明".repeat(80) },
  });
  const read = async () =>
    (await callApi<{ cost: { amount: string }[] }>(page.request, "GET", `/v1/messages/${id}`)).cost;
  await expect.poll(read, { timeout: 45_000 }).toEqual([{ amount: "0.09", currency: "CNY" }]);
  return id;
}

for (const look of looks) {
  test(`what a message costs is told before, during and after, at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const fits = async (name: string) => {
      await screenshot(page, `${name}-${look.name}`);
      await expectAccessible(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(look.width);
    };
    const { id: channel } = await channelOf(page, "school-sms");
    const id = await sendCostly(page);

    await page.goto(`/messages/${id}`);
    await expect(page.getByText(/¥0\.09/).first()).toBeVisible();
    await fits("cost-message");

    await page.goto(`/reports?channel=${channel}`);
    await expect(page.getByRole("table", { name: /^(各通道的费用|Cost by channel)$/ })).toBeVisible();
    await fits("cost-report");

    await page.goto(`/channels/${channel}`);
    await expect(page.getByLabel(/^(单价|Price)/)).toHaveValue("0.045");

    await openAtCheck(page, { kind: "all" });
    await expect(page.getByText(/^(约|About) (CN)?¥/)).toBeVisible();
    await fits("cost-check");
    await page.context().close();
  });
}

test("a price is set, told what is wrong with it, and taken away again", async ({ page }) => {
  await signIn(page, "owner");
  const { id: mail } = await channelOf(page, "school-mail");
  await page.goto(`/channels/${mail}`);
  const price = page.getByLabel(/^单价/);
  await price.fill("0.00001");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(price).toHaveAccessibleDescription(/最多四位小数/);
  await price.fill("2000");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(price).toHaveAccessibleDescription(/最高 1000/);
  await price.fill("0.003");
  await page.getByLabel("币种").selectOption("USD");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("已保存")).toBeVisible();
  await page.reload();
  await expect(price).toHaveValue("0.003");
  await expect(page.getByLabel("币种")).toHaveValue("USD");
  await price.fill("");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("已保存")).toBeVisible();
  await page.reload();
  await expect(price).toHaveValue("");
});

test("one delivery says what was billed for it", async ({ page }) => {
  await signIn(page, "owner");
  const id = await sendCostly(page);
  const { items } = await callApi<{ items: { id: string }[] }>(
    page.request,
    "GET",
    `/v1/messages/${id}/deliveries`,
  );
  await page.goto(`/messages/${id}/deliveries/${items[0]?.id}`);
  await expect(page.getByText("2 计费条，¥0.09")).toBeVisible();
});
