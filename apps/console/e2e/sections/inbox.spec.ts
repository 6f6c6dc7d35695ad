import { expect, type Page, test } from "@playwright/test";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";
import { bell, entry, openPortal, panel, portalUrl, readInInbox } from "../support/portal.ts";

/** A student of the demo school for whom nothing else is sent here. */
const STUDENT = "2023005";

/** Sends to the student's inbox as the owner does, and answers the message's id. */
async function send(page: Page, inbox: Record<string, string>): Promise<string> {
  await signIn(page, "owner");
  const message = {
    audience: { kind: "users", userIds: [STUDENT] },
    channels: ["school-inbox"],
    content: { inbox: { body: "请查看", ...inbox } },
  };
  return (await callApi<{ id: string }>(page.request, "POST", "/v1/messages", message)).id;
}

test("what is sent shows up on another site at once, is read there, and the sender sees it", async ({
  page,
  context,
}) => {
  const portal = await openPortal(context, STUDENT);
  await expect(bell(portal)).toBeVisible();
  const name = `放假通知 ${Date.now()}`;
  const id = await send(page, { title: `${name} <b>不是粗体</b>`, link: "/?opened=1" });
  await expect(bell(portal)).toHaveAccessibleName(/[1-9]\d* 条未读/);

  await test.step("by keyboard", async () => {
    await bell(portal).focus();
    await portal.keyboard.press("Enter");
    await expect(panel(portal)).toBeFocused();
    await expect(entry(portal, `${name} <b>不是粗体</b>`)).toContainText("请查看");
    await expect(panel(portal).locator("b")).toHaveCount(0);
    await screenshot(portal, "inbox-open");
    await expectAccessible(portal);
    await portal.keyboard.press("Escape");
    await expect(panel(portal)).toBeHidden();
    await expect(bell(portal)).toBeFocused();
    await bell(portal).click();
  });

  const own = entry(portal, name);
  await readInInbox(portal, name);
  await expect(own.getByRole("link", { name: /^查看详情/ })).toHaveAttribute("href", portalUrl("?opened=1"));
  await page.goto(`/messages/${id}`);
  await page
    .getByRole("link", { name: /周杰|胡斌/ })
    .first()
    .click();
  await expect(page.getByText("用户在站内信里打开").first()).toBeVisible();
  await expect(page.getByText("用户自己的 ID，不需要绑定地址").first()).toBeVisible();
  await expect(page.getByText("由本平台保存，提交即送达")).toBeVisible();
  await expectAccessible(page);
});

test("what must be read is confirmed, and then no longer asked for", async ({ page, context }) => {
  const title = `安全承诺书 ${Date.now()}`;
  const id = await send(page, { title, confirmation: "required" });
  const portal = await openPortal(context, STUDENT);
  await bell(portal).click();
  await panel(portal)
    .getByRole("button", { name: /^待确认/ })
    .click();
  const own = entry(portal, title);
  await expect(own.getByText("必读")).toBeVisible();
  await own.getByRole("button", { name: /^确认已读/ }).click();
  await expect(own.getByRole("button", { name: /^确认已读/ })).toHaveCount(0);
  await panel(portal).getByRole("button", { name: /^全部/ }).first().click();
  await expect(own.getByText("已确认")).toBeVisible();
  const { requiredCount, confirmedCount } = await callApi<Record<string, number>>(
    page.request,
    "GET",
    `/v1/messages/${id}/confirmations`,
  );
  expect({ requiredCount, confirmedCount }).toEqual({ requiredCount: 1, confirmedCount: 1 });
});

test("speaks English, in the dark and on a phone", async ({ page, browser }) => {
  const title = `Library hours ${Date.now()}`;
  await send(page, { title });
  const context = await browser.newContext({
    bypassCSP: true,
    colorScheme: "dark",
    viewport: { width: 390, height: 800 },
  });
  const portal = await context.newPage();
  await portal.goto(portalUrl(`?user=${STUDENT}&lang=en`));
  await bell(portal).click();
  await expect(panel(portal).getByRole("heading", { name: "Inbox" })).toBeVisible();
  await expect(entry(portal, title)).toBeVisible();
  await screenshot(portal, "inbox-dark-390");
  await expectAccessible(portal);
  const width = await portal.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
  await panel(portal).getByRole("button", { name: "Mark all as read" }).click();
  await expect(bell(portal)).toHaveAccessibleName("Inbox, nothing unread");
  await context.close();
});

test("runs under the site's own policy, and asks where no stream gets through", async ({ page, browser }) => {
  const context = await browser.newContext({ bypassCSP: false });
  const portal = await context.newPage();
  const complaints: string[] = [];
  portal.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text());
  });
  await portal.route("**/v1/inbox/events", (route) => route.abort());
  await portal.goto(portalUrl(`?user=${STUDENT}&lang=zh`));
  const title = `没有推送也能看到 ${Date.now()}`;
  await send(page, { title });
  await bell(portal).click();
  await expect(entry(portal, title)).toBeVisible();
  await expect(bell(portal)).toHaveAccessibleName(/[1-9]\d* 条未读/);
  expect(complaints).toEqual([]);
  await context.close();
});
