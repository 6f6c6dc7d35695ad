import { expect, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

for (const look of looks) {
  test(`the overview and the reports are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    await expectScreen(page, "/", `overview-${look.name}`);
    await expectScreen(page, "/reports", `reports-${look.name}`);
    await page.context().close();
  });
}

test("the period lives in the address and the numbers are the API's", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/reports");
  await expect(page.getByLabel("近 7 天")).toBeChecked();
  await page.getByText("近 30 天").click();
  await expect(page).toHaveURL(/period=30/);
  await page.reload();
  await expect(page.getByLabel("近 30 天")).toBeChecked();

  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
  // The answer that the page has got: other tests send meanwhile.
  const answered = page.waitForResponse((response) => {
    const { pathname, searchParams } = new URL(response.url());
    const asked = ["from", "to", "groupBy"].map((name) => searchParams.get(name));
    return pathname === "/v1/statistics/funnel" && asked.join() === [day, day, "channel"].join();
  });
  await page.goto(`/reports?period=custom&from=${day}&to=${day}`);
  const { items } = (await (await answered).json()) as { items: { label: string; submitted: number }[] };
  const channels = page.getByRole("table", { name: "按通道", exact: true });
  for (const { label, submitted } of items)
    await expect(channels.getByRole("row", { name: new RegExp(`^${label} ${submitted}`) })).toBeVisible();
});

test("a report narrows to one channel and can be read as a table", async ({ page }) => {
  await signIn(page, "reviewer");
  await page.goto("/reports");
  await page.getByRole("link", { name: "校园短信" }).first().click();
  await expect(page).toHaveURL(/channel=chn_/);
  await expect(page.getByRole("link", { name: "校园邮件" })).toBeHidden();
  await page.getByRole("button", { name: "以表格查看" }).click();
  await expect(page.getByRole("table", { name: "每日趋势" }).getByRole("row")).toHaveCount(8);
  await screenshot(page, "reports-as-table");
  await expectAccessible(page);
});

test("a reason leads to the messages that it is of, and on to the people", async ({ page }) => {
  await signIn(page, "owner");
  const title = `原因 ${Date.now()}`;
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "addresses", addresses: [{ address: "15213130000" }, { address: "15213131234" }] },
    channels: ["school-sms"],
    content: { sms: { templateCode: "SMS_100003", text: "【通知】{{content}}" } },
    variables: { content: title },
  });
  await expect(async () => {
    const { counts } = await callApi<{ counts: { undelivered: number } }>(
      page.request,
      "GET",
      `/v1/messages/${id}`,
    );
    expect(counts.undelivered).toBe(1);
  }).toPass({ timeout: 45_000 });
  await page.goto("/reports");
  await page.getByRole("table", { name: "未送达" }).getByRole("link", { name: "号码停机" }).click();
  await expect(page).toHaveURL("/messages?reason=MOBILE_NOT_ON_SERVICE");
  await expect(page.getByLabel("原因")).toHaveValue("MOBILE_NOT_ON_SERVICE");
  await screenshot(page, "messages-of-a-reason");
  await expectAccessible(page);
  await page.locator(`main a[href*="${id}"]`).first().click();
  await expect(page).toHaveURL(`/messages/${id}?reason=MOBILE_NOT_ON_SERVICE#people`);
  await expect(page.getByLabel("原因")).toHaveValue("MOBILE_NOT_ON_SERVICE");
  await expect(page.locator("#people").getByRole("row")).toHaveCount(2);
  await screenshot(page, "people-of-a-reason");
  await expectAccessible(page);
});

test("an impossible period is explained, and an empty one is told from a fault", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/reports?period=custom&from=2026-03-02&to=2026-03-01");
  await expect(page.getByText("结束日期早于开始日期")).toBeVisible();
  await page.goto("/reports?period=custom&from=2025-01-01&to=2025-12-31");
  await expect(page.getByText("一次最多统计 92 天")).toBeVisible();
  await page.goto("/reports?period=custom&from=2020-01-01&to=2020-01-31");
  await expect(page.getByText("这段时间没有发送")).toBeVisible();
  await screenshot(page, "reports-empty");
});

test("a report that fails says so and can be tried again", async ({ page }) => {
  await signIn(page, "owner");
  await page.route("**/v1/statistics/reasons*", (route) => route.fulfill({ status: 500, json: {} }));
  await page.goto("/reports");
  await expect(page.getByRole("alert")).toBeVisible();
  await page.unroute("**/v1/statistics/reasons*");
  await page.getByRole("button", { name: "重试" }).click();
  await expect(page.getByRole("heading", { name: "触达漏斗" })).toBeVisible();
});

test("the overview of a new tenant shows the first steps", async ({ page }) => {
  await signIn(page, "owner");
  const nothing = { items: [], nextCursor: null };
  for (const list of ["users", "templates", "messages"])
    await page.route(`**/v1/${list}?*`, (route) => route.fulfill({ json: nothing }));
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "开始使用" })).toBeVisible();
  await expect(page.getByText("已完成 2 / 5")).toBeVisible();
  await screenshot(page, "overview-first-steps");
  await expectAccessible(page);
  await page.getByRole("link", { name: "登记用户" }).click();
  await expect(page).toHaveURL("/users/new");
});
