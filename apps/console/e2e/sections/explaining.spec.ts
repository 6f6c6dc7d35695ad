import { expect, type Locator, type Page, test } from "@playwright/test";
import { openSignedIn } from "../server/expect-screen.ts";
import { openAtCheck } from "../server/open-at-check.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { problem } from "../support/fake-session.ts";
import { looks, screenshot } from "../support/looks.ts";

interface Policy {
  id: string;
  name: string;
}

const policyOf = async (page: Page): Promise<Policy> => {
  const { items } = await callApi<{ items: Policy[] }>(page.request, "GET", "/v1/policies?state=active");
  const [policy] = items;
  if (!policy) throw new Error("The demo school has no policy.");
  return policy;
};

for (const look of looks) {
  test(`what sending would do is shown, accessible and fits at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "operator");
    await openAtCheck(page, { kind: "all" }, { way: "policy", policy: (await policyOf(page)).id });
    await expect(page.getByRole("button", { name: /show who|查看名单/ }).first()).toBeVisible();
    await screenshot(page, `compose-explained-${look.name}`);
    await expectAccessible(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(look.width);
    await page.context().close();
  });
}

test("the numbers of the check open the list of people behind them, masked", async ({ page }) => {
  await signIn(page, "operator");
  await openAtCheck(page, { kind: "all" });
  const reasons = page.getByRole("button", { name: /^用户没有.*查看名单$/ }).first();
  await reasons.click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem").first()).toBeVisible();
  await screenshot(page, "compose-explained-samples");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^经“校园短信”发送：.*查看名单$/ }).click();
  await expect(dialog.getByText(/\d{3}\*{4}\d{4}/).first()).toBeVisible();
});

test("one person's way is told: which address, by which step, or why not at all", async ({ page }) => {
  await signIn(page, "operator");
  await openAtCheck(page, { kind: "all" }, { way: "policy", policy: (await policyOf(page)).id });
  const { items } = await callApi<{ items: { userId: string; name: string; identities: object[] }[] }>(
    page.request,
    "GET",
    "/v1/users?limit=100",
  );
  const reached = items.find(({ identities }) => identities.length > 1);
  const field = page.getByRole("textbox", { name: "用户 ID" });
  await field.fill(reached?.userId ?? "");
  await field.press("Enter");
  await expect(page.getByText(new RegExp(`^${reached?.name} 会`))).toBeVisible();
  await screenshot(page, "compose-explained-user");
  await expectAccessible(page);
  await field.fill("nobody-has-this");
  await page.getByRole("button", { name: "查看", exact: true }).click();
  await expect(page.getByText("没有用户 ID 为 nobody-has-this 的用户。")).toBeVisible();
});

test("the audience is counted while it is chosen, beside each kind", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");
  await expect(page.getByRole("radio", { name: /^广播所有人 共 \d+ 人/ })).toBeVisible();
  await page.getByRole("combobox", { name: "带有任一标签" }).click();
  await page.getByRole("option").first().click();
  await page.getByRole("option").nth(1).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("radio", { name: /^标签 共 \d+ 人/ })).toBeVisible();
  await screenshot(page, "compose-counted");
  await expectAccessible(page);
});

test("a check that fails says so, and can be tried again", async ({ page }) => {
  await signIn(page, "operator");
  await page.route("**/v1/messages/explain", (route) => problem(route, 429, "too-many-requests"));
  await openAtCheck(page, { kind: "all" });
  await expect(page.getByText("暂时无法核对")).toBeVisible();
  await screenshot(page, "compose-explained-failed");
  await page.unroute("**/v1/messages/explain");
  await page.getByRole("button", { name: "重试" }).click();
  await expect(page.getByText("经过哪个通道")).toBeVisible();
});

/** Holds back the answers to these requests; what is handed back lets them come. */
async function holdBack(page: Page, requests: string): Promise<() => void> {
  let letGo = () => {};
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(requests, async (route) => {
    await released;
    await route.continue();
  });
  return letGo;
}

test("what is worked out late moves no button from under the pointer", async ({ browser }) => {
  const page = await openSignedIn(browser, looks[3], "operator");
  const placeOf = (name: string) => page.getByRole("button", { name, exact: true }).boundingBox();

  const letCount = await holdBack(page, "**/v1/messages/audience-count");
  await page.goto("/messages/new");
  await expect(page.getByRole("radio", { name: "广播所有人" })).toBeVisible();
  const placeOfNext = await placeOf("下一步");
  letCount();
  await expect(page.getByRole("radio", { name: /^广播所有人 共 \d+ 人/ })).toBeVisible();
  expect(await placeOf("下一步")).toEqual(placeOfNext);

  const letExplain = await holdBack(page, "**/v1/messages/explain");
  await openAtCheck(page, { kind: "all" });
  await expect(page.getByText("正在核对")).toBeAttached();
  const placeOfSend = await placeOf("发送");
  letExplain();
  await expect(page.getByText("经过哪个通道")).toBeVisible();
  expect(await placeOf("发送")).toEqual(placeOfSend);
  await page.context().close();
});

/** A message that goes out so slowly that it can be watched, on a slow machine too. */
async function slowMessage(page: Page): Promise<string> {
  const addresses = Array.from({ length: 180 }, (_, index) => ({
    address: `1380013${String(index).padStart(4, "0")}`,
  }));
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "addresses", addresses },
    channels: ["school-sms"],
    template: "attendance-warning",
    variables: { course: "高等数学", rate: "72%", user_name: "张伟" },
    rate: { perSecond: 3 },
  });
  return id;
}

const cancel = (page: Page, id: string) => callApi(page.request, "POST", `/v1/messages/${id}/cancellation`);

/** Counts from now on how often a list says that it is being loaded. */
async function countTimesLoading(list: Locator): Promise<() => Promise<number>> {
  const counted = await list.evaluateHandle((panel) => {
    const count = { times: 0 };
    new MutationObserver(() => {
      if (panel.getAttribute("aria-busy") === "true") count.times++;
    }).observe(panel, { attributeFilter: ["aria-busy"] });
    return count;
  });
  return async () => (await counted.jsonValue()).times;
}

test("a message is followed as the server tells it, without asking again and again", async ({ page }) => {
  await signIn(page, "operator");
  const id = await slowMessage(page);
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().endsWith(`/v1/messages/${id}`)) asked++;
  });
  await page.goto(`/messages/${id}`);
  const bar = page.getByRole("progressbar");
  await expect(bar).toBeVisible();
  const people = page.locator("#people");
  await expect(people.getByRole("row").nth(1)).toBeVisible();
  const timesLoading = await countTimesLoading(people.locator(".panel"));
  const first = Number(await bar.getAttribute("aria-valuenow"));
  await expect.poll(async () => Number(await bar.getAttribute("aria-valuenow"))).toBeGreaterThan(first + 5);
  // The rows change under the eyes; the list neither fades nor starts anew.
  expect(await timesLoading()).toBe(0);
  await screenshot(page, "message-live");
  await expectAccessible(page);
  expect(asked).toBe(1);
  await cancel(page, id);
});

test("a message is followed on a phone too, and by asking where the stream cannot be had", async ({
  browser,
}) => {
  const page = await openSignedIn(browser, looks[3], "operator");
  await page.route("**/progress", (route) => problem(route, 429, "too-many-streams"));
  const id = await slowMessage(page);
  await page.goto(`/messages/${id}`);
  const bar = page.getByRole("progressbar");
  const first = Number(await bar.getAttribute("aria-valuenow"));
  await expect.poll(async () => Number(await bar.getAttribute("aria-valuenow"))).toBeGreaterThan(first + 3);
  await screenshot(page, "message-live-390");
  await cancel(page, id);
  await page.context().close();
});
