import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { owner, problem, signedInAs } from "./support/fake-session.ts";
import { looks, openWithLook, screenshot } from "./support/looks.ts";

const SOURCE = "/v1/sources/src_1";
const ENDPOINT = `${SOURCE}/callback-endpoints/cep_1`;
const at = "2026-11-23T06:00:00.000Z";
const later = "2026-11-24T06:00:05.000Z";

const source = {
  id: "src_1",
  code: "registry",
  name: "教务系统",
  state: "on",
  channels: [],
  callbackEndpoints: { count: 1, failingCount: 0, disabledCount: 1 },
  createdAt: at,
};
const endpoint = {
  id: "cep_1",
  url: "https://hooks.example.com/tidings",
  eventTypes: ["delivered", "failed"],
  state: "on",
  disabledReason: null,
  disabledAt: null,
  failingSince: at,
  secrets: [{ version: 1, createdAt: at, expiresAt: null }],
  counts: { waiting: 1, dead: 2 },
  createdAt: at,
  updatedAt: at,
};
const refused = { at, durationMs: 230, status: 503, error: "refused" };
const waiting = {
  id: "cbk_1",
  state: "waiting",
  eventCount: 200,
  attemptCount: 1,
  attempts: [refused],
  createdAt: later,
  nextAt: later,
  endsAt: later,
  endedAt: null,
};
const dead = {
  ...waiting,
  id: "cbk_2",
  state: "dead",
  attemptCount: 27,
  attempts: Array.from({ length: 20 }, () => ({
    ...refused,
    durationMs: 15_002,
    status: null,
    error: "no_answer",
  })),
  createdAt: at,
  nextAt: null,
  endedAt: later,
};
const channel = { id: "chn_1", code: "school-sms", kind: "sms" };
const event = { at, messageId: "msg_1", step: 0, channel, userId: "2024001", address: null, reason: null };
const events = [
  { ...event, id: "dlv_1.delivered", type: "delivered", deliveryId: "dlv_1" },
  { ...event, id: "dlv_2.failed", type: "failed", deliveryId: "dlv_2", reason: "rejected" },
];

/** A source whose endpoint has been out of reach for a while. Answers what was asked to be made again. */
async function withFailingEndpoint(page: Page, changes: object = {}): Promise<string[]> {
  const replayed: string[] = [];
  const endpoints = { items: [{ ...endpoint, ...changes }], maxCount: 5 };
  await signedInAs(page, owner);
  await page.route(`**${SOURCE}`, (route) => route.fulfill({ json: source }));
  await page.route("**/v1/plugins*", (route) => route.fulfill({ json: { items: [] } }));
  await page.route(`**${SOURCE}/callback-endpoints`, (route) => route.fulfill({ json: endpoints }));
  await page.route(`**${ENDPOINT}/callbacks**`, (route) => {
    const state = new URL(route.request().url()).searchParams.get("state");
    const items = [waiting, dead].filter((call) => state === null || call.state === state);
    return route.fulfill({ json: { items, nextCursor: null } });
  });
  await page.route(`**${ENDPOINT}/callbacks/cbk_2`, (route) => route.fulfill({ json: { ...dead, events } }));
  await page.route(`**${ENDPOINT}/**replays`, (route) => {
    replayed.push(new URL(route.request().url()).pathname.replace(ENDPOINT, ""));
    return route.fulfill({ status: 202, json: { count: 2 } });
  });
  return replayed;
}

for (const look of looks) {
  test(`calls that do not get through are accessible and fit at ${look.name}`, async ({
    browser,
    baseURL,
  }) => {
    const page = await openWithLook(browser, look);
    await withFailingEndpoint(page);
    for (const path of ["cep_1", "cep_1/cbk_2"]) {
      await page.goto(`${baseURL}/sources/src_1/callbacks/${path}`);
      await expect(page.getByRole("table")).toBeVisible();
      await screenshot(page, `callbacks-${path.replace("/", "-")}-${look.name}`);
      await expectAccessible(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(look.width);
    }
    await page.context().close();
  });
}

test("a number leads to the calls behind it, and all that were given up are made again", async ({ page }) => {
  const replayed = await withFailingEndpoint(page);
  await page.goto("/sources/src_1/callbacks");
  await expect(page.getByText("暂时不通", { exact: true })).toBeVisible();
  await expect(page.getByText(/起没有一次成功，仍在重试/)).toBeVisible();
  await page.getByRole("link", { name: "已放弃 2" }).click();
  await expect(page).toHaveURL(/callbacks\/cep_1\?state=dead$/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("cell", { name: "15 秒内没有完整的回答" })).toBeVisible();
  await page.getByRole("button", { name: "重新回调全部 2 次" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("重新发送 2 次回调");
  await page.getByRole("alertdialog").getByRole("button", { name: "重新回调" }).click();
  await expect(page.getByText("已安排重新回调 2 次")).toBeVisible();
  expect(replayed).toEqual(["/replays"]);
});

test("a call tells its tries and its events, leads to the deliveries, and is made again", async ({
  page,
}) => {
  const replayed = await withFailingEndpoint(page);
  await page.goto("/sources/src_1/callbacks/cep_1/cbk_2");
  await expect(page.getByText("共尝试 27 次，这里是最近 20 次。")).toBeVisible();
  await expect(page.getByText("更早的 15 次")).toBeVisible();
  await expect(page.getByRole("link", { name: /^已送达/ })).toHaveAttribute(
    "href",
    "/messages/msg_1/deliveries/dlv_1",
  );
  await expect(page.getByRole("link", { name: "查看消息" }).first()).toHaveAttribute(
    "href",
    "/messages/msg_1",
  );
  await page.getByRole("button", { name: "重新回调" }).click();
  await expect(page.getByText("已安排重新回调", { exact: true })).toBeVisible();
  expect(replayed).toEqual(["/callbacks/cbk_2/replays"]);
});

test("an endpoint that was disabled is told on every page of its source", async ({ page }) => {
  await withFailingEndpoint(page, { state: "disabled", disabledReason: "failing", disabledAt: later });
  await page.goto("/sources/src_1");
  await expect(page.getByText("有 1 个回调地址已自动停用")).toBeVisible();
  await screenshot(page, "source-callback-disabled");
  await expectAccessible(page);
  await page.getByRole("link", { name: "查看回调" }).click();
  await expect(page.getByText("已停用", { exact: true })).toBeVisible();
  await expect(page.getByText(/自动停用：连续 3 天没有一次成功/)).toBeVisible();
  await screenshot(page, "callbacks-disabled");
});

test("an endpoint that was disabled is told in the overview and in the list of sources", async ({ page }) => {
  await signedInAs(page, { ...owner, permissions: [{ action: "read", subject: "Source" }] });
  await page.route(/\/v1\/sources(\?.*)?$/, (route) =>
    route.fulfill({ json: { items: [source], nextCursor: null } }),
  );
  await page.goto("/");
  await expect(page.getByText("有上游系统收不到回调")).toBeVisible();
  await expect(page.getByRole("link", { name: "教务系统" })).toHaveAttribute(
    "href",
    "/sources/src_1/callbacks",
  );
  await screenshot(page, "overview-callback-disabled");
  await expectAccessible(page);
  await page.goto("/sources");
  await expect(page.getByRole("link", { name: "1 个回调已停用" })).toBeVisible();
  await screenshot(page, "sources-callback-disabled");
  await expectAccessible(page);
});

test("calls that cannot be read say why, and an endpoint that is gone is not found", async ({ page }) => {
  await withFailingEndpoint(page);
  await page.route(`**${ENDPOINT}/callbacks**`, (route) => problem(route, 500, "internal-error"));
  await page.goto("/sources/src_1/callbacks/cep_1");
  await expect(page.getByText("列表加载失败")).toBeVisible();
  await page.goto("/sources/src_1/callbacks/cep_2");
  await expect(page.getByRole("heading", { name: "页面不存在" })).toBeVisible();
});
