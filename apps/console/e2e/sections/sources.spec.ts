import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

type Listed = { items: { id: string; name: string }[] };

async function idOf(page: Page, name: string): Promise<string> {
  const { items } = await callApi<Listed>(page.request, "GET", "/v1/sources?limit=100");
  return items.find((source) => source.name === name)?.id ?? "";
}

/** What the API says to a key. A request of its own, without the session's cookie. */
async function statusFor(request: APIRequestContext, key: string): Promise<number> {
  const response = await request.get("/v1/channels", { headers: { authorization: `Bearer ${key}` } });
  return response.status();
}

for (const look of looks) {
  test(`sources are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const source = `/sources/${await idOf(page, "教务系统")}`;
    await expectScreen(page, "/sources", `sources-${look.name}`);
    await expectScreen(page, source, `source-settings-${look.name}`);
    await expectScreen(page, `${source}/channels`, `source-channels-${look.name}`);
    await expectScreen(page, `${source}/keys`, `source-keys-${look.name}`);
    await page.context().close();
  });
}

test("a source is created, granted a channel, and called with a key that is shown once", async ({
  page,
  request,
}) => {
  const name = `失物招领 ${Date.now()}`;
  const code = `lost-${Date.now()}`;
  await signIn(page, "owner");
  await page.goto("/sources");

  await test.step("create", async () => {
    await page.getByRole("button", { name: "新建上游系统" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("渠道名称").fill(name);
    await dialog.getByLabel("渠道编码").fill("fees");
    await dialog.getByRole("button", { name: "创建" }).click();
    await expect(dialog.getByLabel("渠道编码")).toHaveAccessibleDescription(/已被使用/);
    await screenshot(page, "source-code-taken");
    await expectAccessible(page);
    await dialog.getByLabel("渠道编码").fill(code);
    await dialog.getByRole("button", { name: "创建" }).click();
  });

  await test.step("grant", async () => {
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
    await expect(page.getByText("还没有授权任何通道")).toBeVisible();
    await screenshot(page, "source-without-grants");
    const grant = page.getByRole("switch", { name: /校园短信/ });
    await expect(grant).not.toBeChecked();
    await grant.click();
    await expect(grant).toBeChecked();
    await expect(page.getByText("还没有授权任何通道")).toBeHidden();
    await expect(page.getByRole("link", { name: "授权通道 1" })).toBeVisible();
  });

  const readKey = async () => {
    const key = await page.getByRole("dialog", { name: "新密钥" }).getByLabel("密钥").inputValue();
    expect(key).toMatch(/^td_live_/);
    return key;
  };

  const first = await test.step("create a key", async () => {
    await page.getByRole("link", { name: "密钥" }).click();
    await expect(page.getByText("还没有密钥")).toBeVisible();
    await screenshot(page, "source-without-keys");
    await page.getByRole("button", { name: "创建密钥" }).click();
    const key = await readKey();
    await expect(page.getByText("请立即复制并妥善保存")).toBeVisible();
    await page.waitForTimeout(300);
    await screenshot(page, "source-key-once");
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.getByRole("button", { name: "已保存好，关闭" }).click();
    await expect(page.getByRole("cell", { name: `td_live_…${key.slice(-4)}` })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("main")).not.toContainText(key);
    expect(await statusFor(request, key)).toBe(200);
    return key;
  });

  await test.step("rotate it", async () => {
    await page.getByRole("button", { name: /的操作/ }).click();
    await page.getByRole("menuitem", { name: "更换" }).click();
    await expect(page.getByRole("radio")).toHaveCount(4);
    await screenshot(page, "source-key-rotate");
    await expectAccessible(page);
    await page.getByRole("dialog").getByRole("button", { name: "更换" }).click();
    const second = await readKey();
    expect(second).not.toBe(first);
    await page.getByRole("button", { name: "已保存好，关闭" }).click();
    await expect(page.getByText("即将失效")).toBeVisible();
    expect(await statusFor(request, first)).toBe(200);
    expect(await statusFor(request, second)).toBe(200);
  });

  await test.step("revoke the old one", async () => {
    await page.getByRole("button", { name: `密钥 …${first.slice(-4)} 的操作` }).click();
    await page.getByRole("menuitem", { name: "吊销" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("立即失败");
    await page.getByRole("alertdialog").getByRole("button", { name: "吊销" }).click();
    await expect(page.getByText("已吊销", { exact: true })).toBeVisible();
    await screenshot(page, "source-keys");
    await expect.poll(() => statusFor(request, first)).toBe(401);
  });

  await test.step("switch off and delete", async () => {
    await page.getByRole("link", { name: "基础设置" }).click();
    await page.getByRole("main").getByRole("button", { name: "关闭" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("新的消息请求会被拒绝");
    await page.waitForTimeout(300);
    await screenshot(page, "source-switch-off");
    await expectAccessible(page);
    await page.getByRole("alertdialog").getByRole("button", { name: "关闭" }).click();
    await expect(page.getByRole("main").getByRole("button", { name: "开启" })).toBeVisible();
    await screenshot(page, "source-off");
    await page.getByRole("button", { name: "删除上游系统" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("1 个可用的密钥立即失效，1 个通道的授权取消");
    await page.getByRole("alertdialog").getByRole("button", { name: "删除上游系统" }).click();
    await expect(page).toHaveURL("/sources");
    await expect(page.getByRole("cell", { name: /^教务系统 / })).toBeVisible();
    await expect(page.getByRole("cell", { name }).first()).toBeHidden();
  });
});

test("a source is renamed, and a name that is taken is said at its field", async ({ page }) => {
  await signIn(page, "owner");
  const code = `library-${Date.now()}`;
  const created = { code, name: `图书馆 ${code}` };
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/sources", created);
  await page.goto(`/sources/${id}`);
  await page.getByLabel("渠道名称").fill("教务系统");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByLabel("渠道名称")).toHaveAccessibleDescription(/已被使用/);
  await page.getByLabel("渠道名称").fill(`新图书馆 ${code}`);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`新图书馆 ${code}`);
  await callApi(page.request, "DELETE", `/v1/sources/${id}`);
});

test("a role that only reads is offered nothing to change", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/sources");
  await expect(page.getByRole("cell", { name: /^教务系统 / })).toBeVisible();
  await expect(page.getByRole("button", { name: "新建上游系统" })).toBeHidden();
  await page.getByRole("link", { name: /^教务系统/ }).click();
  await expect(page.getByRole("term").first()).toBeVisible();
  await expect(page.getByRole("main").getByRole("button", { name: /保存|关闭|删除/ })).toHaveCount(0);
  await screenshot(page, "source-operator");
  await page.getByRole("link", { name: /^授权通道/ }).click();
  await expect(page.getByRole("cell", { name: "已授权" }).first()).toBeVisible();
  await expect(page.getByRole("switch")).toHaveCount(0);
  await page.getByRole("link", { name: "密钥" }).click();
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("button", { name: /创建密钥|的操作/ })).toHaveCount(0);
});
