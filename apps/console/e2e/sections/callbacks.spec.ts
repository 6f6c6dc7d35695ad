import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

/** A source of the test's own, for others read the school's meanwhile. */
async function createSource(page: Page): Promise<string> {
  const code = `told-${Date.now()}-${Math.floor(Math.random() * 1_000)}`;
  const source = { code, name: `回调 ${code}` };
  return (await callApi<{ id: string }>(page.request, "POST", "/v1/sources", source)).id;
}

const createEndpoint = (page: Page, sourceId: string, url: string) =>
  callApi<{ id: string }>(page.request, "POST", `/v1/sources/${sourceId}/callback-endpoints`, { url });

/** A server on this machine that answers 200 to any call of that kind, whatever it holds. */
const patientReceiver = async (page: Page) =>
  `${(await channelOf(page, "school-wecom")).settings.endpoint}/cgi-bin/message/send`;
/** One that checks signatures, with a secret of its own. */
const strictReceiver = async (page: Page) => (await channelOf(page, "class-board")).settings.url ?? "";

for (const look of looks) {
  test(`callbacks are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const sourceId = await createSource(page);
    const path = `/sources/${sourceId}/callbacks`;
    await expectScreen(page, path, `callbacks-empty-${look.name}`);
    const longUrl = `https://hooks.example.com/${"a-long-path/".repeat(12)}`;
    const { id } = await createEndpoint(page, sourceId, longUrl);
    await expectScreen(page, path, `callbacks-${look.name}`);
    await page.locator("summary").click();
    await expect(page.getByText("webhook-signature: v1,")).toBeVisible();
    await screenshot(page, `callbacks-guide-${look.name}`);
    await expectAccessible(page);
    await expectScreen(page, `${path}/${id}`, `callback-calls-${look.name}`);
    await callApi(page.request, "DELETE", `/v1/sources/${sourceId}`);
    await page.context().close();
  });
}

test("an endpoint is made, shows its secret once, and says how a test went", async ({ page }) => {
  await signIn(page, "owner");
  const sourceId = await createSource(page);
  await page.goto(`/sources/${sourceId}/callbacks`);
  const dialog = page.getByRole("dialog");
  const readSecret = async () => {
    const shown = page.getByRole("dialog", { name: "新签名密钥" }).getByLabel("签名密钥");
    const secret = await shown.inputValue();
    expect(secret).toMatch(/^whsec_/);
    await page.keyboard.press("Escape");
    await expect(shown).toBeVisible();
    await page.getByRole("button", { name: "已保存好，关闭" }).click();
    return secret;
  };
  const act = async (name: string) => {
    await page.getByRole("button", { name: /的操作$/ }).click();
    await page.getByRole("menuitem", { name }).click();
  };

  await test.step("create", async () => {
    await page.getByRole("button", { name: "新建回调地址" }).click();
    await dialog.getByLabel("网址").fill("hooks.example.com");
    await dialog.getByRole("button", { name: "全不选" }).click();
    await dialog.getByRole("button", { name: "创建" }).click();
    await expect(dialog.getByLabel("网址")).toHaveAccessibleDescription(/请填写以 https:\/\/ 开头/);
    await expect(dialog.getByRole("group", { name: "通知哪些事件" })).toHaveAccessibleDescription(
      /请填写此项/,
    );
    await dialog.getByLabel("网址").fill("https://169.254.169.254/latest");
    await dialog.getByRole("checkbox", { name: "已送达" }).check();
    await dialog.getByRole("checkbox", { name: "失败" }).check();
    await dialog.getByRole("button", { name: "创建" }).click();
    await expect(dialog.getByLabel("网址")).toHaveAccessibleDescription(/平台不能访问这个地址/);
    await screenshot(page, "callback-url-refused");
    await expectAccessible(page);
    await dialog.getByLabel("网址").fill(await patientReceiver(page));
    await dialog.getByRole("button", { name: "创建" }).click();
    const secret = await readSecret();
    await expect(page.getByText("回调地址 1 / 5")).toBeVisible();
    await expect(page.getByText("已送达", { exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("button", { name: "发送测试" })).toBeVisible();
    await expect(page.getByRole("main")).not.toContainText(secret);
  });

  await test.step("test it", async () => {
    await page.getByRole("button", { name: "发送测试" }).click();
    await expect(page.getByText(/测试成功：HTTP 200/)).toBeVisible();
    await screenshot(page, "callback-tested");
    await expectAccessible(page);
  });

  await test.step("edit it, so that the receiver refuses", async () => {
    await act("编辑");
    await dialog.getByLabel("网址").fill(await strictReceiver(page));
    await dialog.getByRole("button", { name: "全选", exact: true }).click();
    await dialog.getByRole("button", { name: "保存" }).click();
    await expect(page.getByText("全部事件")).toBeVisible();
    await page.getByRole("button", { name: "发送测试" }).click();
    await expect(page.getByText(/测试没有成功：HTTP 401/)).toBeVisible();
  });

  await test.step("rotate the secret", async () => {
    await act("更换密钥");
    await expect(page.getByRole("radio")).toHaveCount(4);
    await dialog.getByRole("button", { name: "更换密钥" }).click();
    await readSecret();
    await expect(page.getByText("第 2 版")).toBeVisible();
    await expect(page.getByText(/使用到/)).toBeVisible();
    await screenshot(page, "callback-rotated");
  });

  await test.step("switch it off and on", async () => {
    await act("关闭");
    await expect(page.getByRole("alertdialog")).toContainText("不会补发");
    await page.getByRole("alertdialog").getByRole("button", { name: "关闭" }).click();
    await expect(page.getByText("关闭期间发生的事件不记录")).toBeVisible();
    await act("开启");
    await expect(page.getByText("正常", { exact: true })).toBeVisible();
  });

  await test.step("see its calls, and delete it", async () => {
    await page.getByRole("link", { name: "回调记录" }).click();
    await expect(page.getByText("还没有回调", { exact: true })).toBeVisible();
    await act("删除");
    await expect(page.getByRole("alertdialog")).toContainText("不能恢复");
    await page.getByRole("alertdialog").getByRole("button", { name: "删除" }).click();
    await expect(page).toHaveURL(`/sources/${sourceId}/callbacks`);
    await expect(page.getByText("还没有回调地址")).toBeVisible();
  });
  await callApi(page.request, "DELETE", `/v1/sources/${sourceId}`);
});

test("an address that is taken is said at its field, and a sixth endpoint is not offered", async ({
  page,
}) => {
  await signIn(page, "owner");
  const sourceId = await createSource(page);
  for (const number of [1, 2, 3, 4])
    await createEndpoint(page, sourceId, `https://hooks.example.com/${number}`);
  await page.goto(`/sources/${sourceId}/callbacks`);
  const create = page.getByRole("button", { name: "新建回调地址" });
  await create.click();
  const url = page.getByRole("dialog").getByLabel("网址");
  await url.fill("https://hooks.example.com/1");
  await page.getByRole("dialog").getByRole("button", { name: "创建" }).click();
  await expect(url).toHaveAccessibleDescription(/已被使用/);
  await url.fill("https://hooks.example.com/5");
  await page.getByRole("dialog").getByRole("button", { name: "创建" }).click();
  await page.getByRole("button", { name: "已保存好，关闭" }).click();
  await expect(create).toBeDisabled();
  await expect(create).toHaveAccessibleDescription(/回调地址 5 \/ 5.*请先删除一个/);
  await expectAccessible(page);
  await callApi(page.request, "DELETE", `/v1/sources/${sourceId}`);
});

test("a role that only reads sees the endpoints and nothing to change", async ({ page, browser }) => {
  await signIn(page, "owner");
  const sourceId = await createSource(page);
  await createEndpoint(page, sourceId, "https://hooks.example.com/read");
  const reader = await openSignedIn(browser, looks[0], "operator");
  await reader.goto(`/sources/${sourceId}/callbacks`);
  await expect(reader.getByRole("heading", { name: "https://hooks.example.com/read" })).toBeVisible();
  await expect(reader.getByRole("link", { name: "回调记录" })).toBeVisible();
  await expect(reader.getByRole("main").getByRole("button", { name: /新建|测试|的操作/ })).toHaveCount(0);
  await screenshot(reader, "callbacks-operator");
  await reader.context().close();
  await callApi(page.request, "DELETE", `/v1/sources/${sourceId}`);
});
