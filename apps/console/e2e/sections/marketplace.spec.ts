import { expect, type Page, test } from "@playwright/test";
import { asOperator } from "../server/as-operator.ts";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

/** The registry that ships has two versions of it; the later one asks for more. */
const GATEWAY = "tidings-examples/sms-http-gateway";
const ROBOT = "tidings-examples/chat-webhook";

interface Offer {
  version: string;
  sha256: string;
  grants: object;
}

interface Plugin {
  id: string;
  version: string;
  obstacle: { code: string } | null;
}

const offerOf = (page: Page, pluginId: string, version: string) =>
  callApi<Offer>(page.request, "GET", `/v1/marketplace/plugins/${pluginId}?version=${version}`);

async function pluginOf(page: Page, pluginId: string): Promise<Plugin | undefined> {
  const { items } = await callApi<{ items: Plugin[] }>(page.request, "GET", "/v1/plugins");
  return items.find(({ id }) => id === pluginId);
}

/** Takes it away, with the channels that an earlier try may have left. */
async function uninstall(page: Page, pluginId: string): Promise<void> {
  const { items } = await callApi<{ items: { id: string; pluginId: string }[] }>(
    page.request,
    "GET",
    "/v1/channels?limit=100",
  );
  for (const channel of items)
    if (channel.pluginId === pluginId) await callApi(page.request, "DELETE", `/v1/channels/${channel.id}`);
  if (await pluginOf(page, pluginId)) await callApi(page.request, "DELETE", `/v1/plugins/${pluginId}`);
}

async function install(page: Page, pluginId: string, version: string): Promise<void> {
  await uninstall(page, pluginId);
  const { grants } = await offerOf(page, pluginId, version);
  await callApi(page.request, "POST", `/v1/plugins/${pluginId}/install`, { version, grants });
}

const settled = (page: Page) => page.waitForTimeout(300);

test("browse, install with consent, upgrade with a wider one, go back, uninstall", async ({ page }) => {
  const code = `gateway-${Date.now()}`;
  const channelName = `自建短信 ${code}`;
  await signIn(page, "owner");
  await uninstall(page, GATEWAY);

  await test.step("browse: filters live in the address", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "插件市场" }).click();
    // Others may have published one of the same name.
    const robot = page.getByRole("row").filter({ has: page.locator(`a[href="/marketplace/${ROBOT}"]`) });
    await expect(robot).toContainText("铜");
    await page.getByLabel("等级", { exact: true }).selectOption({ label: "金" });
    await expect(page).toHaveURL("/marketplace?grade=gold");
    await expect(page.getByRole("row")).toHaveCount(2);
    await page.getByRole("searchbox").fill("no such thing");
    await expect(page.getByText("没有符合条件的结果")).toBeVisible();
    await page.getByRole("searchbox").fill("短信网关");
    await page.getByRole("link", { name: /通用短信网关/ }).click();
  });

  await test.step("what it may reach, in words, of the version that is chosen", async () => {
    const main = page.getByRole("main");
    await expect(main.getByText("通道设置“接口地址”里填写的地址")).toBeVisible();
    await expect(main.getByText("查询不确定是否发出的消息")).toBeVisible();
    await expect(main.getByRole("heading", { name: "管理员：怎么用" })).toBeVisible();
    await page.getByRole("link", { name: /^版本/ }).click();
    await page.getByRole("link", { name: "1.0.0" }).click();
    await expect(main.getByText("正在查看 1.0.0，最新版本是 1.1.0。")).toBeVisible();
    await expect(main.getByText("查询不确定是否发出的消息")).toBeHidden();
  });

  await test.step("consent to exactly that, and the next step", async () => {
    await page.getByRole("button", { name: "安装", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("接收平台推送的回执");
    await expect(dialog).not.toContainText("查询不确定是否发出的消息");
    await settled(page);
    await screenshot(page, "marketplace-consent");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "同意并安装" }).click();
    await expect(dialog).toContainText("下一步");
    const { grants } = await offerOf(page, GATEWAY, "1.0.0");
    expect(await pluginOf(page, GATEWAY)).toMatchObject({ version: "1.0.0", installation: { grants } });
    await screenshot(page, "marketplace-next");
    await dialog.getByRole("link", { name: "创建通道" }).click();
  });

  await test.step("a channel of it", async () => {
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("新建通用短信网关通道");
    await page.getByLabel("通道名称").fill(channelName);
    await page.getByLabel("通道编码").fill(code);
    await page.getByLabel("接口地址").fill("https://gateway.example.com/v1");
    await page.getByLabel("API 密钥").fill("a-long-enough-key");
    await page.getByRole("button", { name: "创建通道" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(channelName);
  });

  await test.step("the upgrade is held, and shows what is new", async () => {
    await page.goto("/marketplace/installed?origin=marketplace");
    await expect(page.getByRole("row", { name: /通用短信网关/ })).toContainText("升级待同意");
    await screenshot(page, "marketplace-held");
    await page.getByRole("link", { name: /通用短信网关/ }).click();
    await page.getByRole("link", { name: "管理" }).click();
    await expect(page.getByText("新版本多要求：定时向平台查询回执、查询不确定是否发出的消息")).toBeVisible();
    await screenshot(page, "marketplace-manage-held");
    await expectAccessible(page);
    await page.getByRole("link", { name: "查看升级" }).click();
    const wider = page.getByRole("definition").filter({ hasText: "新增" });
    await expect(wider).toHaveText([/定时向平台查询回执/, /查询不确定是否发出的消息/]);
    await expect(page.getByText("只能全部升级")).toBeVisible();
    await expect(page.getByRole("radio")).toHaveCount(0);
    await screenshot(page, "marketplace-upgrade");
    await expectAccessible(page);
  });

  await test.step("consent, and it runs", async () => {
    await page.getByRole("button", { name: "同意并升级" }).click();
    await expect(page.getByText("正在使用 1.1.0，没有更新的版本。")).toBeVisible();
    expect((await pluginOf(page, GATEWAY))?.version).toBe("1.1.0");
  });

  await test.step("go back, with one confirmation", async () => {
    await page.getByRole("button", { name: "回退到 1.0.0" }).click();
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toContainText("从下一批消息起使用 1.0.0");
    await settled(page);
    await screenshot(page, "marketplace-roll-back");
    await dialog.getByRole("button", { name: "回退到 1.0.0" }).click();
    await expect(page.getByText("正在使用 1.0.0，最新版本是 1.1.0。")).toBeVisible();
    await expect(page.getByRole("button", { name: /^回退到/ })).toHaveCount(0);
    expect((await pluginOf(page, GATEWAY))?.version).toBe("1.0.0");
  });

  await test.step("patches without asking", async () => {
    await page.getByRole("radio", { name: /^补丁版本/ }).check();
    await page.getByRole("button", { name: "保存" }).click();
    await expect(page.getByText("自动升级的设置已保存")).toBeVisible();
    await page.reload();
    await expect(page.getByRole("radio", { name: /^补丁版本/ })).toBeChecked();
  });

  await test.step("uninstalling names what uses it, then does it", async () => {
    await page.getByRole("button", { name: "卸载" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "卸载" }).click();
    const users = page.getByRole("dialog", { name: "通用短信网关正在使用，不能卸载" });
    await expect(users.getByRole("link")).toHaveText([channelName]);
    await settled(page);
    await screenshot(page, "marketplace-in-use");
    await expectAccessible(page);
    await users.getByRole("link").click();
    await expect(page.getByLabel("通道名称")).toHaveValue(channelName);
    await page.getByRole("button", { name: "删除通道" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "删除通道" }).click();
    await expect(page).toHaveURL("/channels");
    await page.goto(`/marketplace/${GATEWAY}/manage`);
    await page.getByRole("button", { name: "卸载" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "卸载" }).click();
    await expect(page).toHaveURL("/marketplace/installed");
    await expect(page.getByRole("row", { name: /通用短信网关/ })).toHaveCount(0);
    expect(await pluginOf(page, GATEWAY)).toBeUndefined();
  });
});

test("a plugin that ships shows what it may reach, as one that can be installed does", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/marketplace/tidings/webhook");
  const main = page.getByRole("main");
  await expect(main.getByText("通道设置“接收地址”里填写的地址")).toBeVisible();
  await expect(main.getByText(/只负责生成请求/)).toBeVisible();
  await expect(main.getByText("Standard Webhooks 签名")).toBeVisible();
  await page.goto("/marketplace/tidings/email-smtp");
  await expect(main.getByText(/由平台运营信任的代码/)).toBeVisible();
  await page.goto(`/marketplace/${ROBOT}`);
  await expect(main.getByText("运行方式")).toBeVisible();
});

test("a block is said at the plugin and at its channels, with its reason", async ({ page }) => {
  await signIn(page, "owner");
  await install(page, ROBOT, "1.0.0");
  const code = `robot-${Date.now()}`;
  const channel = await callApi<{ id: string }>(page.request, "POST", "/v1/channels", {
    pluginId: ROBOT,
    code,
    name: `班级群 ${code}`,
    settings: { webhook: "https://robot.example.com/hook" },
    secrets: { token: "a-long-enough-token" },
  });
  const { sha256 } = await offerOf(page, ROBOT, "1.0.0");
  await asOperator((operator) =>
    callApi(operator, "POST", "/v1/operator/blocks", { sha256, reason: "正在调查异常请求" }),
  );
  try {
    const obstacle = async () => (await pluginOf(page, ROBOT))?.obstacle?.code;
    await expect.poll(obstacle, { timeout: 45_000 }).toBe("plugin_blocked");
    await page.goto("/marketplace/installed?state=blocked");
    await expect(page.getByRole("row", { name: /通用群机器人/ })).toContainText("正在调查异常请求");
    await page.goto(`/marketplace/${ROBOT}`);
    await expect(page.getByRole("alert")).toContainText("原因：正在调查异常请求");
    await screenshot(page, "marketplace-blocked");
    await page.goto(`/channels/${channel.id}/health`);
    await expect(page.getByRole("alert")).toContainText("正在调查异常请求");
    await screenshot(page, "channel-of-blocked-plugin");
    await expectAccessible(page);
  } finally {
    await asOperator((operator) => callApi(operator, "DELETE", `/v1/operator/blocks/${sha256}`));
    await uninstall(page, ROBOT);
  }
});

test("a role that only reads is offered nothing to change", async ({ page }) => {
  await signIn(page, "owner");
  await install(page, GATEWAY, "1.0.0");
  try {
    await signIn(page, "operator");
    await page.goto(`/marketplace/${ROBOT}`);
    await expect(page.getByRole("heading", { name: "它可以访问什么" })).toBeVisible();
    await expect(page.getByRole("button", { name: "安装", exact: true })).toHaveCount(0);
    await page.goto(`/marketplace/${GATEWAY}/manage`);
    await expect(page.getByText("正在使用 1.0.0，最新版本是 1.1.0。")).toBeVisible();
    await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
    await expect(page.getByRole("link", { name: "查看升级" })).toHaveCount(0);
    await page.goto(`/marketplace/${GATEWAY}/manage/upgrade`);
    await expect(page.getByRole("heading", { name: "没有权限" })).toBeVisible();
  } finally {
    await signIn(page, "owner");
    await uninstall(page, GATEWAY);
  }
});

test("a trial shows what becomes of messages, and channels that do not fit are named", async ({ page }) => {
  await signIn(page, "owner");
  await install(page, GATEWAY, "1.0.0");
  try {
    await test.step("a trial", async () => {
      // The registry that ships has no version that could be tried: its only upgrade asks for more.
      await page.route("**/v1/plugins", async (route) => {
        const response = await route.fetch();
        const { items } = (await response.json()) as { items: (Plugin & { installation: object | null })[] };
        const none = { accepted: 0, rejected: 0, config: 0, transient: 0, unknown: 0 };
        const counts = {
          old: { ...none, accepted: 950, rejected: 50 },
          new: { ...none, accepted: 45, transient: 5 },
        };
        const trial = { version: "1.0.1", sha256: "", share: 5, since: new Date().toISOString(), counts };
        const tried = items.map((plugin) =>
          plugin.id === GATEWAY ? { ...plugin, installation: { ...plugin.installation, trial } } : plugin,
        );
        await route.fulfill({ response, json: { items: tried } });
      });
      await page.goto(`/marketplace/${GATEWAY}/manage`);
      await expect(page.getByRole("heading", { name: "正在试用 1.0.1" })).toBeVisible();
      await expect(page.getByRole("row", { name: /平台已接收/ })).toContainText("95%90%");
      await expect(page.getByRole("row", { name: /暂时失败/ })).toContainText("0%10%");
      await expect(page.getByRole("link", { name: "查看升级" })).toHaveCount(0);
      await screenshot(page, "marketplace-trial");
      await expectAccessible(page);
      await page.unroute("**/v1/plugins");
    });

    await test.step("channels that do not fit", async () => {
      await page.route("**/upgrade/check", async (route) => {
        const response = await route.fetch();
        const problems = [{ pointer: "/settings/senderId", detail: "is missing", code: "required" }];
        const unfitChannels = [{ id: "chn_1", code: "gateway", name: "自建短信", problems }];
        await route.fulfill({ response, json: { ...(await response.json()), unfitChannels } });
      });
      await page.goto(`/marketplace/${GATEWAY}/manage/upgrade`);
      await expect(page.getByRole("alert")).toContainText("发送号码：请填写此项");
      await expect(page.getByRole("alert").getByRole("link", { name: "自建短信" })).toBeVisible();
      await expect(page.getByText("上面的问题解决之前，不能升级。")).toBeVisible();
      await screenshot(page, "marketplace-unfit");
      await expectAccessible(page);
    });
  } finally {
    await uninstall(page, GATEWAY);
  }
});

test.describe("the marketplace is accessible and fits", () => {
  test.beforeAll(async ({ browser }) => {
    const page = await openSignedIn(browser, looks[0], "owner");
    await install(page, GATEWAY, "1.0.0");
    await page.context().close();
  });

  test.afterAll(async ({ browser }) => {
    const page = await openSignedIn(browser, looks[0], "owner");
    await uninstall(page, GATEWAY);
    await page.context().close();
  });

  for (const look of looks) {
    test(`at ${look.name}`, async ({ browser }) => {
      const page = await openSignedIn(browser, look, "owner");
      const plugin = `/marketplace/${GATEWAY}`;
      await expectScreen(page, "/marketplace", `marketplace-${look.name}`);
      await expectScreen(page, "/marketplace/installed", `marketplace-installed-${look.name}`);
      await expectScreen(page, `/marketplace/${ROBOT}`, `marketplace-plugin-${look.name}`);
      await expectScreen(page, "/marketplace/tidings/webhook", `marketplace-shipped-${look.name}`);
      await expectScreen(page, `${plugin}/versions`, `marketplace-versions-${look.name}`);
      await expectScreen(page, `${plugin}/manage`, `marketplace-manage-${look.name}`);
      await expectScreen(page, `${plugin}/manage/upgrade?to=1.1.0`, `marketplace-upgrade-${look.name}`);
      await page.context().close();
    });
  }
});
