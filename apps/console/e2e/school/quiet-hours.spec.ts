import { type Browser, expect, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { openAtCheck } from "../server/open-at-check.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

test.describe.configure({ mode: "serial" });

// Whatever becomes of a test here, the next try and other files find no quiet hours and no caps.
test.beforeAll(({ browser }) => takeBack(browser));
test.afterAll(({ browser }) => takeBack(browser));

async function takeBack(browser: Browser): Promise<void> {
  const page = await browser.newPage();
  await signIn(page, "owner");
  await callApi(page.request, "PUT", "/v1/quiet-hours", { ofTenant: null });
  await callApi(page.request, "PUT", "/v1/frequency-caps", { items: [] });
  await page.close();
}

/** A time of the day in the demo school's zone, so many hours from now. */
const inShanghai = (hours: number) =>
  new Date(Date.now() + (hours + 8) * 3_600_000).toISOString().slice(11, 16);

test("quiet hours and caps are set, with the faults at their fields", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/settings/quiet-hours");
  const everybody = page.getByRole("group", { name: "所有用户" });
  await everybody.getByRole("radio", { name: "设置时段" }).check();
  await page.getByLabel("开始时间").fill("");
  await page.getByRole("button", { name: "保存免打扰时段" }).click();
  await expect(page.getByText("请填写开始和结束时间").first()).toBeVisible();
  await page.getByLabel("开始时间").fill(inShanghai(-1));
  await page.getByLabel("结束时间").fill(inShanghai(2));
  await page.getByRole("button", { name: "保存免打扰时段" }).click();
  await expect(page.getByText("免打扰时段已保存").first()).toBeVisible();

  await page.getByRole("button", { name: "添加频控" }).click();
  await page.getByRole("combobox", { name: /^通道类型/ }).selectOption({ label: "短信" });
  await expect(page.getByText("每人每天最多 3 条短信")).toBeVisible();
  await page.getByRole("button", { name: "添加频控" }).click();
  await page
    .getByRole("combobox", { name: /^时间范围/ })
    .nth(1)
    .selectOption({ label: "每 7 天" });
  await page
    .getByRole("combobox", { name: /^消息类别/ })
    .nth(1)
    .selectOption({ label: "营销" });
  await page.getByRole("spinbutton", { name: "最多" }).nth(1).fill("0");
  await page.getByRole("button", { name: "保存频控" }).click();
  await expect(page.getByText("请填 1 到 1000 之间的整数").first()).toBeVisible();
  await page.getByRole("spinbutton", { name: "最多" }).nth(1).fill("1");
  await page.getByRole("button", { name: "保存频控" }).click();
  await expect(page.getByText("频控已保存").first()).toBeVisible();
  await page.reload();
  await expect(page.getByText("每人每 7 天最多 1 条营销类消息")).toBeVisible();
});

for (const look of looks) {
  test(`quiet hours and caps are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    await expectScreen(page, "/settings/quiet-hours", `quiet-hours-${look.name}`);
    await page.context().close();
  });
}

test("a message written in quiet hours says when it will go out, and its delivery why it waits", async ({
  page,
}) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: /^自定义/ }).check();
  await page.getByRole("textbox", { name: "手机号" }).fill("15213130124");
  await page.getByRole("textbox", { name: "手机号" }).press("Enter");
  const next = () => page.getByRole("button", { name: "下一步" }).click();
  await next();
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  for (const [name, value] of Object.entries({ user_name: "张伟", course: "高等数学", rate: "72%" }))
    await page.getByRole("textbox", { name, exact: true }).fill(value);
  await next();
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
  // With the date where they end tomorrow.
  await expect(page.getByText(/现在是免打扰时段，将在 .*\d\d:\d\d 发出。/)).toBeVisible();
  await screenshot(page, "compose-quiet-hours");
  await expectAccessible(page);
  await next();
  await expect(page.getByRole("definition").filter({ hasText: "现在是免打扰时段，将在" })).toBeVisible();
  await expect(page.getByText(/^1 人等到免打扰时段结束（.*）$/)).toBeVisible();
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await expect(page).toHaveURL(/\/messages\/msg_/);
  await page.getByRole("link", { name: "15213130124" }).first().click();
  await expect(page.getByText(/^推迟到 .* 发送$/)).toBeVisible();
  await expect(page.getByText("正值免打扰时段").first()).toBeVisible();
  await screenshot(page, "delivery-deferred");
  await expectAccessible(page);
});

test("what sending would do says how many wait until when, and of one person in which zone", async ({
  page,
}) => {
  await signIn(page, "operator");
  const { items } = await callApi<{ items: { userId: string; name: string; identities: object[] }[] }>(
    page.request,
    "GET",
    "/v1/users?limit=100",
  );
  const reached = items.find(({ identities }) => identities.length > 1);
  await openAtCheck(page, { kind: "all" });
  await expect(page.getByText(/^\d+ 人等到免打扰时段结束（.*）$/)).toBeVisible();
  await expect(page.getByText("0 人不用等待")).toBeVisible();
  const field = page.getByRole("textbox", { name: "用户 ID" });
  await field.fill(reached?.userId ?? "");
  await field.press("Enter");
  await expect(page.getByText(/处于免打扰时段，等到 .*（Asia\/Shanghai）才会收到。$/)).toBeVisible();
  await expect(page.getByText(/^所有用户的免打扰时段，到 .*结束。 消息等到那时再发。$/)).toBeVisible();
  await screenshot(page, "compose-explained-quiet-hours");
  await expectAccessible(page);
});

test("a user has quiet hours of their own", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/users");
  await page.getByRole("table").getByRole("link").first().click();
  await page.getByRole("button", { name: "修改免打扰时段" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "单独设置" }).check();
  await dialog.getByLabel("开始时间").fill("21:30");
  await screenshot(page, "user-quiet-hours-dialog");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("免打扰时段已保存").first()).toBeVisible();
  await expect(page.getByText("21:30–24:00", { exact: false })).toBeAttached();
  await screenshot(page, "user-quiet-hours");
  await page.getByRole("button", { name: "修改免打扰时段" }).click();
  await dialog.getByRole("radio", { name: "与所有用户的设置一致" }).check();
  await dialog.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("与所有用户的设置一致")).toBeVisible();
});

test("a template says of which category its messages are", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/templates");
  await page.getByRole("table").getByRole("link").first().click();
  await expect(page).toHaveURL(/\/templates\/tpl_/);
  await page.goto(`${page.url()}/edit`);
  await page.getByRole("radio", { name: /^营销/ }).check();
  await screenshot(page, "template-category");
  await expectAccessible(page);
});

test("the settings are taken back, so that other tests find none", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/settings/quiet-hours");
  await page.getByRole("group", { name: "所有用户" }).getByRole("radio", { name: "不设免打扰" }).check();
  await page.getByRole("button", { name: "保存免打扰时段" }).click();
  await expect(page.getByText("免打扰时段已保存").first()).toBeVisible();
  for (const _ of [1, 2]) await page.getByRole("button", { name: "删除第 1 条频控" }).click();
  await page.getByRole("button", { name: "保存频控" }).click();
  await expect(page.getByText("频控已保存").first()).toBeVisible();
});
