import { expect, type Page, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { chooseAddresses, chooseTemplate, next, send, writeToOneNumber } from "../support/composing.ts";
import { problem } from "../support/fake-session.ts";
import { looks, screenshot } from "../support/looks.ts";
import { openMail } from "../support/mails.ts";

interface Named {
  id: string;
  name: string;
}

interface Page_<Item> {
  items: Item[];
  nextCursor?: string | null;
}

/** The newest are listed first, and other tests send meanwhile. */
async function demoMessage(page: Page, cursor = ""): Promise<string> {
  const { items, nextCursor } = await callApi<Page_<{ id: string; title: string; audienceKind: string }>>(
    page.request,
    "GET",
    `/v1/messages?limit=100${cursor}`,
  );
  const message = items.find(({ title, audienceKind }) => title === "出勤提醒" && audienceKind === "tags");
  if (message) return message.id;
  if (!nextCursor) throw new Error("The demo school has sent no message.");
  return demoMessage(page, `&cursor=${nextCursor}`);
}

for (const look of looks) {
  test(`messages are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const message = `/messages/${await demoMessage(page)}`;
    const { items } = await callApi<Page_<Named>>(
      page.request,
      "GET",
      `/v1${message}/deliveries?state=suppressed`,
    );
    await expectScreen(page, "/messages", `messages-${look.name}`);
    await expectScreen(page, "/messages/new", `compose-${look.name}`);
    await expectScreen(page, message, `message-${look.name}`);
    await expectScreen(page, `${message}/deliveries/${items[0]?.id}`, `delivery-${look.name}`);
    await page.context().close();
  });
}

test("a message to typed numbers is checked, sent, and followed until it is delivered", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");

  await test.step("who: a number that is none is marked and has to go", async () => {
    await next(page);
    await expect(page.getByRole("alert")).toContainText("请至少选择一个标签");
    await chooseAddresses(page, ["15213130124", "15213130125", "1521313"]);
    await expect(page.getByRole("alert")).toBeHidden();
    await next(page);
    await expect(page.getByRole("alert")).toContainText("有 1 项格式不正确");
    await screenshot(page, "compose-who-error");
    await expectAccessible(page);
    await page.getByRole("button", { name: "移除 1521313", exact: true }).click();
    await expect(page.getByText("共 2 人").first()).toBeVisible();
    await next(page);
  });

  await test.step("what: the preview follows the variables", async () => {
    await chooseTemplate(page, { user_name: "张伟", course: "大学物理", rate: "65%" });
    await expect(page.getByText("张伟同学，您的大学物理出勤率为65%，请及时联系辅导员。")).toBeVisible();
    await screenshot(page, "compose-what");
    await expectAccessible(page);
    await next(page);
  });

  await test.step("how: only channels for these addresses, and no policy", async () => {
    await expect(page.getByRole("checkbox", { name: /^校园邮件/ })).toBeDisabled();
    await page.getByRole("radio", { name: "使用自定义策略" }).check();
    await page.getByRole("combobox", { name: "策略" }).selectOption({ index: 1 });
    await next(page);
    await expect(page.getByRole("alert")).toContainText("这个策略不适用");
    await page.getByRole("radio", { name: "同时发送" }).check();
    await page.getByRole("checkbox", { name: /^校园短信/ }).check();
    await screenshot(page, "compose-how");
    await expectAccessible(page);
    await next(page);
  });

  await test.step("check and send", async () => {
    await expect(page.getByText("手机号 15213130124、15213130125").first()).toBeVisible();
    await expect(page.getByText("不需要审核，确认后立即发送")).toBeVisible();
    await screenshot(page, "compose-check");
    await expectAccessible(page);
    await send(page).click();
  });

  await test.step("the message page follows it", async () => {
    await expect(page).toHaveURL(/\/messages\/msg_/);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("出勤提醒");
    await expect(page.getByRole("row", { name: /15213130125.*已送达/ })).toBeVisible({ timeout: 45_000 });
    await expect(page.getByText("手动输入的 2 个地址")).toBeVisible();
    await screenshot(page, "message-delivered");
    await page.getByRole("link", { name: "15213130124" }).click();
    await expect(page.getByText("收到回执：已送达")).toBeVisible();
    await expect(page.getByText("第 1 次提交")).toBeVisible();
  });
});

test("a message to users goes by policy, and says why the fallback was needed", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: "用户 ID" }).check();
  const search = page.getByRole("combobox", { name: "指定用户" });
  await search.fill("罗兰");
  await page.getByRole("option", { name: /罗兰/ }).click();
  await search.fill("张伟");
  await page.getByRole("option", { name: /张伟/ }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByText("共 2 人").first()).toBeVisible();
  await next(page);
  await chooseTemplate(page, { course: "线性代数", rate: "70%" });
  await expect(page.getByText("由用户资料填入，每人不同").first()).toBeVisible();
  await next(page);
  await page.getByRole("radio", { name: "使用自定义策略" }).check();
  await page.getByRole("combobox", { name: "策略" }).selectOption({ index: 1 });
  await expect(page.getByText("上一步 1分钟内未送达时补发")).toBeVisible();
  await next(page);
  await send(page).click();

  await expect(page.getByRole("row", { name: /张伟.*已送达/ })).toBeVisible({ timeout: 45_000 });
  await page.getByRole("link", { name: "已拦截 1" }).click();
  await expect(page).toHaveURL(/state=suppressed/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("row", { name: /罗兰/ })).toContainText("用户没有绑定这个通道的地址");
  await page.getByRole("link", { name: /罗兰/ }).click();
  await page.getByRole("link", { name: "校园邮件" }).click();
  await expect(page.getByText("用户绑定的通用地址").first()).toBeVisible();
  await screenshot(page, "delivery-fallback");
  await expectAccessible(page);
});

test("a draft survives a reload, and can be given up", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");
  await chooseAddresses(page, ["15213130124"]);
  await next(page);
  await page.reload();
  await expect(page.getByText("已恢复上次没写完的消息。")).toBeVisible();
  await expect(page.getByText("15213130124")).toBeVisible();
  await page.getByRole("button", { name: "重新开始" }).click();
  await expect(page.getByText("还没有选择发送目标")).toBeVisible();
  await page.reload();
  await expect(page.getByText("已恢复上次没写完的消息。")).toBeHidden();
});

test("what the API refuses is said at the step and the field", async ({ page }) => {
  await signIn(page, "operator");
  await writeToOneNumber(page);
  await page.route("**/v1/messages", (route) =>
    problem(route, 409, "channel-off", {
      detail: 'The channel "school-sms" is switched off.',
      errors: [{ pointer: "/channels/0", detail: '"school-sms" is switched off.', code: "off" }],
    }),
  );
  await send(page).click();
  await expect(page.getByRole("alert")).toContainText("选择的通道已被关闭");
  await page.getByRole("link", { name: /^发送通道/ }).click();
  await expect(page.getByRole("group", { name: "发送通道" })).toBeFocused();
  await screenshot(page, "compose-refused");
  await expectAccessible(page);
});

test("an answer that got lost sends once when it is tried again", async ({ page }) => {
  await signIn(page, "operator");
  const keys: (string | undefined)[] = [];
  const ids: string[] = [];
  await writeToOneNumber(page);
  await page.route("**/v1/messages", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    const headers = await route.request().allHeaders();
    const response = await route.fetch({ headers: { ...headers, "sec-fetch-site": "same-origin" } });
    ids.push((await response.json()).id);
    // The server has taken it, and nobody hears of it: the client repeats, and so does the author.
    if (keys.length < 4) await route.abort("connectionreset");
    else await route.fulfill({ response });
  });
  await send(page).click();
  await expect(page.getByRole("alert")).toContainText("连接不上服务器", { timeout: 45_000 });
  await send(page).click();
  await expect(page).toHaveURL(new RegExp(`/messages/${ids[0]}`));
  expect(new Set(keys).size).toBe(1);
  expect(new Set(ids).size).toBe(1);
});

test("sending to everyone is asked once, in numbers", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: /^广播所有人/ }).check();
  await next(page);
  await chooseTemplate(page, { course: "高等数学", rate: "72%" });
  await next(page);
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
  await next(page);
  await send(page).click();
  await expect(page.getByRole("alertdialog")).toContainText(/当前全部 \d+ 名用户都会收到这条消息/);
  await page.getByRole("alertdialog").getByRole("button", { name: "取消" }).click();
  await expect(page).toHaveURL("/messages/new");
});

test("history is narrowed by state and source, and the address keeps it", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/messages");
  await page.getByRole("combobox", { name: "状态" }).selectOption({ label: "已完成" });
  await expect(page).toHaveURL("/messages?state=completed");
  await expect(page.getByRole("row", { name: /出勤提醒/ }).first()).toBeVisible();
  await page.getByRole("combobox", { name: "上游系统" }).selectOption({ label: "教务系统" });
  await expect(page.getByText("没有符合条件的结果")).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "清除筛选" }).first().click();
  await expect(page).toHaveURL("/messages");
});

test("who may not send reads, and is offered nothing else", async ({ page }) => {
  await signIn(page, "reviewer");
  await page.goto("/messages");
  await expect(page.getByRole("row", { name: /出勤提醒/ }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "写消息" })).toHaveCount(0);
  await page.goto(`/messages/${await demoMessage(page)}`);
  await expect(page.getByText("+86152****0111")).toBeVisible();
  await page.goto("/messages/new");
  await expect(page.getByRole("heading", { name: "没有权限" })).toBeVisible();
});

test.describe("tracking", () => {
  // What calls itself headless is taken for a scanner and is not counted.
  test.use({
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
  });

  test("a link clicked in a mail comes back as a click", async ({ page }) => {
    await signIn(page, "owner");
    const course = `音乐 ${Date.now()}`;
    const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
      audience: { kind: "users", userIds: ["2024001"] },
      channels: ["school-mail"],
      template: "attendance-warning",
      variables: { course, rate: "80%" },
    });

    await test.step("the mail is read and its link followed", async () => {
      await openMail(page, course);
      const link = page.frameLocator("iframe").getByRole("link", { name: "查看详情" });
      await page.goto((await link.getAttribute("href")) ?? "");
      await expect(page).toHaveURL(/\/users\/2024001$/);
    });

    await test.step("the message counts it and the timeline tells it", async () => {
      await page.goto(`/messages/${id}`);
      await expect(page.getByText("追踪链接点击。")).toBeVisible();
      await expect(page.getByRole("listitem").filter({ hasText: /^已点击/ })).toContainText("1");
      await screenshot(page, "message-clicked");
      await page.getByRole("link", { name: /张伟/ }).first().click();
      await expect(page.getByText("已点击链接")).toBeVisible();
      await expect(page.getByText(/\/users\/2024001$/)).toBeVisible();
      await screenshot(page, "delivery-clicked");
      await expectAccessible(page);
    });
  });
});
