import { expect, type Page, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

const BLOCKED = "15213137001";
/** Whom the tests here let nothing more be sent to. */
const RECIPIENTS = [
  ...["2024003", "2024004", "2024005", "2024006"].map((userId) => ({ userId })),
  ...[BLOCKED, "15213137002", "15213137003"].map((address) => ({ kind: "sms", address })),
  { kind: "email", address: "@blocked.example" },
];

// Other tests send to the same school, and suppress others meanwhile.
test.afterAll(async ({ browser }) => {
  const page = await browser.newPage();
  await signIn(page, "owner");
  for (const recipient of RECIPIENTS) {
    const found = await callApi<{ items: { id: string }[] }>(
      page.request,
      "POST",
      "/v1/suppression-lookups",
      recipient,
    );
    for (const { id } of found.items) await callApi(page.request, "DELETE", `/v1/suppressions/${id}`);
  }
  await page.close();
});

const next = (page: Page) => page.getByRole("button", { name: "下一步" }).click();

/** A list of the school with two of its users and an address. */
async function givenList(page: Page, name: string): Promise<string> {
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/recipient-lists", {
    name,
    note: "期末调查不再打扰",
  });
  await callApi(page.request, "POST", `/v1/recipient-lists/${id}/entries`, {
    entries: [{ userId: "2024001" }, { userId: "2024002" }, { kind: "sms", address: "15213137009" }],
  });
  return id;
}

for (const look of looks) {
  test(`suppressions and recipient lists are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    await callApi(page.request, "POST", "/v1/suppression-imports", {
      suppressions: [
        { kind: "sms", address: "15213137002", origin: "hard_bounce", code: "INVALID_NUMBER" },
        { kind: "email", address: "@blocked.example", note: "学校不向这个域名发信" },
        { userId: "2024004", origin: "unsubscribed", note: "家长 10 月来电要求" },
        { userId: "2024005", kind: "sms", origin: "vendor", expiresAt: inDays(60) },
      ],
    });
    const list = await givenList(page, `外观 ${look.name} ${Date.now()}`);
    await expectScreen(page, "/suppressions", `suppressions-${look.name}`);
    await expectScreen(page, "/suppressions?origin=complaint", `suppressions-nothing-${look.name}`);
    await expectScreen(page, "/recipient-lists", `recipient-lists-${look.name}`);
    await expectScreen(page, `/recipient-lists/${list}`, `recipient-list-${look.name}`);
    await expectScreen(page, "/users/2024004", `user-suppressed-${look.name}`);
    await page.context().close();
  });
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

test("addresses are pasted into the suppressions, filtered in the address and removed", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/suppressions");
  await page.getByRole("button", { name: "加入黑名单" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "手机号" }).fill("123");
  await dialog.getByRole("button", { name: "加入", exact: true }).click();
  await expect(dialog.getByText("有 1 项格式不正确").first()).toBeVisible();
  await screenshot(page, "suppress-errors");
  await dialog.getByRole("button", { name: "移除 123" }).click();
  await dialog.getByRole("textbox", { name: "手机号" }).fill(`${BLOCKED} 15213137003`);
  await dialog.getByRole("textbox", { name: "手机号" }).press("Enter");
  await dialog.getByRole("combobox", { name: "有效期" }).selectOption({ label: "90 天" });
  await dialog.getByRole("textbox", { name: "备注" }).fill("家长来电");
  await screenshot(page, "suppress");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "加入", exact: true }).click();
  await expect(page.getByText("已加入 2 个")).toBeVisible();

  await page.getByRole("searchbox").fill(BLOCKED);
  await expect(page.getByRole("table").getByText("家长来电")).toHaveCount(1);
  await expect(page).toHaveURL(/q=15213137001/);
  await page.reload();
  await expect(page.getByRole("table").getByText("家长来电")).toHaveCount(1);
  await page.getByRole("button", { name: "清除筛选" }).first().click();
  await page.getByRole("combobox", { name: "来由" }).selectOption({ label: "退订" });
  await expect(page).toHaveURL(/origin=unsubscribed/);
  await expect(page.getByRole("table").getByText("家长来电", { exact: true })).toHaveCount(0);
});

test("a user that is not there stays in the dialog, with the reason", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/suppressions");
  await page.getByRole("button", { name: "加入黑名单" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "用户" }).check();
  await dialog.getByRole("textbox", { name: "用户 ID" }).fill("2024006, 查无此人x, no-such-user");
  await dialog.getByRole("textbox", { name: "用户 ID" }).press("Enter");
  await dialog.getByRole("button", { name: "移除 查无此人x" }).click();
  await dialog.getByRole("button", { name: "加入", exact: true }).click();
  await expect(dialog.getByText("有 1 个没有加入")).toBeVisible();
  await expect(dialog.getByText("no-such-user", { exact: true })).toBeVisible();
  await screenshot(page, "suppress-refused");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "取消" }).click();
  await page.goto("/users/2024006");
  await expect(page.getByText("这个用户在黑名单中")).toBeVisible();
  await page.getByRole("link", { name: "查看黑名单条目" }).click();
  await expect(page).toHaveURL(/user=2024006/);
  await page.getByRole("button", { name: /的操作/ }).click();
  await page.getByRole("menuitem", { name: "移出黑名单" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("先征得同意");
  await page.getByRole("alertdialog").getByRole("button", { name: "移出黑名单" }).click();
  await expect(page.getByText("没有符合条件的结果")).toBeVisible();
});

test("a list is made, filled by paste, and taken entries off", async ({ page }) => {
  const name = `毕业班 ${Date.now()}`;
  await signIn(page, "operator");
  await page.goto("/recipient-lists");
  await page.getByRole("button", { name: "新建名单" }).first().click();
  await page.getByRole("dialog").getByLabel("名称").fill(name);
  await page.getByRole("button", { name: "创建名单" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await page.getByRole("button", { name: "添加", exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "用户 ID" }).fill("2024001 2024002 2024003");
  await dialog.getByRole("textbox", { name: "用户 ID" }).press("Enter");
  await screenshot(page, "recipient-list-add");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "添加", exact: true }).click();
  await expect(page.getByText("已添加 3 个")).toBeVisible();
  await expect(page.getByText("共 3 项").first()).toBeVisible();
  await page
    .getByRole("button", { name: /的操作/ })
    .first()
    .click();
  await page.getByRole("menuitem", { name: "移出名单" }).click();
  await expect(page.getByText("共 2 项").first()).toBeVisible();
});

test("a message leaves out the suppressed and the listed, and its deliveries say why", async ({ page }) => {
  const listName = `不打扰 ${Date.now()}`;
  await signIn(page, "owner");
  await givenList(page, listName);
  await callApi(page.request, "POST", "/v1/suppressions", { userId: "2024003", origin: "unsubscribed" });
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: "用户 ID" }).check();
  const search = page.getByRole("combobox", { name: "指定用户" });
  for (const name of ["2024001", "2024003", "2024007"]) {
    await search.fill(name);
    await page.getByRole("option", { name: new RegExp(name) }).click();
  }
  await page.keyboard.press("Escape");
  await next(page);
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  for (const [name, value] of Object.entries({ course: `高等数学 ${Date.now()}`, rate: "72%" }))
    await page.getByRole("textbox", { name, exact: true }).fill(value);
  await next(page);
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
  await page.getByRole("radio", { name: "排除名单内" }).check();
  await next(page);
  await expect(page.getByText("请填写此项").first()).toBeVisible();
  await page.getByRole("combobox", { name: "排除名单内" }).selectOption({ label: listName });
  await page.getByRole("combobox", { name: /^去重/ }).selectOption({ index: 2 });
  await screenshot(page, "compose-exclusions");
  await expectAccessible(page);
  await next(page);
  await expect(page.getByText(`排除“${listName}”`).first()).toBeVisible();
  await screenshot(page, "compose-exclusions-check");
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await expect(page).toHaveURL(/\/messages\/msg_/);
  await expect(page.getByText(`排除“${listName}”`).first()).toBeVisible();

  const id = /msg_\w+/.exec(page.url())?.[0] ?? "";
  const deliveries = async () =>
    (
      await callApi<{ items: { id: string; reason: string | null; user: { userId: string } }[] }>(
        page.request,
        "GET",
        `/v1/messages/${id}/deliveries`,
      )
    ).items;
  await expect.poll(async () => (await deliveries()).length).toBe(3);
  const ofUser = async (userId: string) => (await deliveries()).find(({ user }) => user.userId === userId);
  expect((await ofUser("2024001"))?.reason).toBe("on_deny_list");
  const suppressed = await ofUser("2024003");
  expect(suppressed?.reason).toBe("unsubscribed");
  await page.goto(`/messages/${id}/deliveries/${suppressed?.id}`);
  await expect(page.getByText("对方已退订").first()).toBeVisible();
  await screenshot(page, "delivery-suppressed");
  await expectAccessible(page);
  await page.getByRole("link", { name: "查看黑名单条目" }).click();
  await expect(page).toHaveURL(/delivery=dlv_/);
  await expect(page.getByRole("table").getByText("2024003")).toBeVisible();
  await screenshot(page, "suppressions-of-delivery");
});

test("who may only read the suppressions is offered no menu with nothing in it", async ({ page }) => {
  await signIn(page, "owner");
  await callApi(page.request, "POST", "/v1/suppression-imports", {
    suppressions: [{ kind: "sms", address: BLOCKED, origin: "manual" }],
  });
  await page.route("**/v1/me", async (route) => {
    const me = await (await route.fetch()).json();
    await route.fulfill({ json: { ...me, permissions: [{ action: "read", subject: ["Suppression"] }] } });
  });
  await page.goto("/suppressions");
  await expect(page.getByRole("row", { name: new RegExp(BLOCKED) })).toBeVisible();
  await expect(page.getByRole("table").getByRole("button")).toHaveCount(0);
});
