import { expect, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

/** A signing secret that no receiver knows. */
const wrongSecret = `whsec_${Buffer.alloc(24, "x").toString("base64")}`;

for (const look of looks) {
  test(`channels are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const channel = `/channels/${(await channelOf(page, "school-sms")).id}`;
    await expectScreen(page, "/channels", `channels-${look.name}`);
    await expectScreen(page, "/channels/new", `channels-new-${look.name}`);
    await expectScreen(page, "/channels/new/tidings/sms-aliyun", `channel-new-${look.name}`);
    await expectScreen(page, "/channels/new/tidings/declarative-http", `channel-new-parts-${look.name}`);
    await expectScreen(page, channel, `channel-settings-${look.name}`);
    await expectScreen(page, `${channel}/sources`, `channel-sources-${look.name}`);
    await expectScreen(page, "/settings/quotas", `quotas-${look.name}`);
    await page.context().close();
  });
}

test("an SMS channel is drawn from its manifest, fails its test in words, and is granted", async ({
  page,
}) => {
  const code = `sms-${Date.now()}`;
  const name = `备用短信 ${code}`;
  await signIn(page, "owner");
  const { endpoint = "" } = (await channelOf(page, "school-sms")).settings;
  await page.goto("/channels/new");
  await page.getByRole("link", { name: /阿里云短信/ }).click();

  await test.step("what is missing is said at the fields", async () => {
    await page.getByRole("button", { name: "创建通道" }).click();
    await expect(page.getByRole("alert")).toContainText("有 5 处需要修改");
    await page.getByRole("link", { name: /^AccessKey Secret/ }).click();
    await expect(page.getByLabel("AccessKey Secret")).toBeFocused();
    await screenshot(page, "channel-new-errors");
    await expectAccessible(page);
  });

  await test.step("create", async () => {
    await page.getByLabel("通道名称").fill("校园短信");
    await page.getByLabel("通道编码").fill(code);
    await page.getByLabel("服务地址").fill(endpoint);
    await page.getByLabel("AccessKey ID").fill("LTAI-wrong");
    await page.getByLabel("AccessKey Secret").fill("wrong");
    await page.getByLabel("短信签名").fill("知行学校");
    await page.getByRole("button", { name: "创建通道" }).click();
    await expect(page.getByLabel("通道名称")).toHaveAccessibleDescription(/已被使用/);
    await page.getByLabel("通道名称").fill(name);
    await page.getByRole("button", { name: "创建通道" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
    await expect(page.getByText("未测试").first()).toBeVisible();
  });

  await test.step("the test call fails in the vendor's words", async () => {
    await page.getByRole("button", { name: "测试连接" }).click();
    await expect(page.getByText("连接失败")).toBeVisible();
    await expect(page.getByText("AccessKey ID 不存在").first()).toBeVisible();
    await expect(page.getByText("异常").first()).toBeVisible();
    await screenshot(page, "channel-failing");
    await expectAccessible(page);
    await page.getByRole("link", { name: "检查设置" }).click();
  });

  await test.step("a secret is set, not shown, and can be replaced", async () => {
    await expect(page.getByText(/已设置/)).toHaveCount(2);
    await expect(page.getByText("为保障信息安全，系统不再明文显示秘钥。").first()).toBeVisible();
    await page.getByRole("button", { name: /AccessKey Secret/ }).click();
    await page.getByLabel("AccessKey Secret").fill("another");
    await page.getByRole("button", { name: "保存" }).click();
    await expect(page.getByText("已保存")).toBeVisible();
    await expect(page.getByText(/已设置/)).toHaveCount(2);
    await expect(page.getByText("未测试").first()).toBeVisible();
  });

  await test.step("grant and take away", async () => {
    await page.getByRole("link", { name: /^授权/ }).click();
    const grant = page.getByRole("switch", { name: /教务系统/ });
    await grant.click();
    await expect(grant).toBeChecked();
    await grant.click();
    await expect(page.getByRole("alertdialog")).toContainText("新消息会被拒绝");
    await expect(grant).toBeChecked();
    await page.getByRole("alertdialog").getByRole("button", { name: "取消授权" }).click();
    await expect(grant).not.toBeChecked();
  });

  await test.step("switch off, then delete", async () => {
    await page.getByRole("link", { name: "设置", exact: true }).click();
    await page.getByRole("main").getByRole("button", { name: "关闭" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "关闭" }).click();
    await expect(page.getByRole("main").getByRole("button", { name: "开启" })).toBeVisible();
    await page.getByRole("button", { name: "删除通道" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "删除通道" }).click();
    await expect(page).toHaveURL("/channels");
    await expect(page.getByRole("cell", { name: /^校园短信 / })).toBeVisible();
    await expect(page.getByRole("cell", { name }).first()).toBeHidden();
  });
});

test("a long form comes in parts, asks for what a choice needs, and opens what is wrong", async ({
  page,
}) => {
  const code = `http-${Date.now()}`;
  await signIn(page, "owner");
  await page.goto("/channels/new/tidings/declarative-http");
  await page.getByLabel("通道名称").fill(`自建网关 ${code}`);
  await page.getByLabel("通道编码").fill(code);
  await page.getByLabel("接口地址").fill("https://gateway.example.com/messages");
  const body = page.getByRole("textbox", { name: "请求体", exact: true });
  await body.fill('{"to": "{{address}}", "text": "{{text}}"');

  await expect(page.getByLabel("用户名")).toBeHidden();
  await page.getByLabel("认证方式").selectOption({ label: "用户名和密码（Basic）" });
  await page.getByLabel("用户名").fill("tidings");
  await page.getByLabel("密钥").fill("a password of the gateway");

  const receipts = page.getByRole("heading", { name: "回执推送" });
  await expect(page.getByLabel("回执编号的位置")).toBeHidden();
  await receipts.click();
  await page.getByLabel("回执编号的位置").fill("id");
  await receipts.click();
  await page.getByRole("button", { name: "创建通道" }).click();
  await expect(page.getByRole("alert")).toContainText("有 2 处需要修改");
  await expect(body).toHaveAccessibleDescription(/不是正确的 JSON/);
  await page.getByRole("link", { name: /^回执编号的位置/ }).click();
  await expect(page.getByLabel("回执编号的位置")).toBeFocused();
  await screenshot(page, "channel-new-parts-errors");
  await expectAccessible(page);

  await body.fill('{"to": "{{address}}", "text": "{{text}}"}');
  await page.getByLabel("回执编号的位置").fill("/id");
  await page.getByLabel("回执状态的位置").fill("/state");
  await page.getByLabel("表示送达的值").fill("DELIVERED");
  await page.getByRole("button", { name: "创建通道" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`自建网关 ${code}`);
  const channel = await channelOf(page, code);
  await page.goto(`/channels/${channel.id}`);
  await expect(page.getByLabel("回执状态的位置")).toHaveValue("/state");
  await expect(page.getByLabel("收件人列表的位置")).toBeHidden();
  await screenshot(page, "channel-settings-parts");
  expect(channel.settings).not.toHaveProperty("authName");
  await callApi(page.request, "DELETE", `/v1/channels/${channel.id}`);
});

test("a channel that works says so, and shows where receipts go", async ({ page }) => {
  await signIn(page, "owner");
  const { id } = await channelOf(page, "school-sms");
  await page.goto(`/channels/${id}/health`);
  await page.getByRole("button", { name: "测试连接" }).click();
  await expect(page.getByText("连接正常")).toBeVisible();
  await expect(page.getByText(`/v1/receipts/${id}/`)).toBeVisible();
  await screenshot(page, "channel-healthy");
});

test("a channel that a policy needs is not deleted, and the policy is named", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/channels");
  await page.getByRole("button", { name: "校园短信的操作" }).click();
  await page.getByRole("menuitem", { name: "删除" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("link", { name: "短信未送达 1 分钟后补发邮件" })).toBeVisible();
  await page.waitForTimeout(300);
  await screenshot(page, "channel-in-use");
  await expectAccessible(page);
});

test("filters live in the address", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/channels");
  await page.getByLabel("通道类型").selectOption({ label: "邮件" });
  await expect(page).toHaveURL("/channels?kind=email");
  await expect(page.getByRole("cell", { name: /^校园邮件 / })).toBeVisible();
  await expect(page.getByRole("cell", { name: /^校园短信 / })).toBeHidden();
  await page.getByLabel("使用状态").selectOption({ label: "关闭" });
  await expect(page.getByText("没有符合条件的结果")).toBeVisible();
});

test("a role that only reads is offered nothing to change", async ({ page }) => {
  await signIn(page, "operator");
  const { id } = await channelOf(page, "school-sms");
  await page.goto("/channels");
  await expect(page.getByRole("cell", { name: /^校园短信 / })).toBeVisible();
  await expect(page.getByRole("link", { name: "新建通道" })).toBeHidden();
  await page.goto(`/channels/${id}`);
  await expect(page.getByText("知行学校").last()).toBeVisible();
  await expect(page.getByRole("main").getByRole("button", { name: /保存|关闭|删除/ })).toHaveCount(0);
  await screenshot(page, "channel-operator");
  await page.goto(`/channels/${id}/health`);
  await expect(page.getByRole("button", { name: "测试连接" })).toHaveCount(0);
  await page.goto("/channels/new");
  await expect(page.getByRole("heading", { name: "没有权限" })).toBeVisible();
});

test("a full kind says so before one chooses, and whom to ask", async ({ page }) => {
  await signIn(page, "owner");
  const { settings } = await channelOf(page, "class-board");
  const made: string[] = [];
  await test.step("fill it", async () => {
    const { items: channels } = await callApi<{ items: { id: string; code: string }[] }>(
      page.request,
      "GET",
      "/v1/channels?limit=100",
    );
    // Those of an earlier try.
    for (const { id, code } of channels)
      if (code.startsWith("board-")) await callApi(page.request, "DELETE", `/v1/channels/${id}`);
    const { items } = await callApi<{ items: { kind: string; used: number; limit: number }[] }>(
      page.request,
      "GET",
      "/v1/quotas",
    );
    const quota = items.find(({ kind }) => kind === "channels:webhook");
    for (let used = quota?.used ?? 0; used < (quota?.limit ?? 0); used++) {
      const body = { pluginId: "tidings/webhook", settings, secrets: { secret: wrongSecret } };
      const code = `board-${Date.now()}`;
      const channel = { ...body, code, name: `电子屏 ${code}` };
      made.push((await callApi<{ id: string }>(page.request, "POST", "/v1/channels", channel)).id);
    }
  });

  await page.goto("/channels/new");
  await expect(page.getByText("创建数量已满，请联系商务提高上限")).toBeVisible();
  await expect(page.getByRole("link", { name: /Webhook/ })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /阿里云短信/ })).toBeVisible();
  await screenshot(page, "channels-new-full");
  await expectAccessible(page);
  await page.goto("/channels/new/tidings/webhook");
  await expect(page.getByText("创建数量已满，请联系商务提高上限")).toBeVisible();
  await expect(page.getByRole("button", { name: "创建通道" })).toBeDisabled();
  await screenshot(page, "channel-new-full");
  await page.goto("/settings/quotas");
  await expect(page.getByText("创建数量已满，请联系商务提高上限")).toBeVisible();
  await screenshot(page, "quotas-full");
  await expectAccessible(page);

  await page.goto(`/channels/${made[0]}/health`);
  await page.getByRole("button", { name: "测试连接" }).click();
  await expect(page.getByText("接收方拒绝：签名验证未通过").first()).toBeVisible();
  for (const id of made) await callApi(page.request, "DELETE", `/v1/channels/${id}`);
});
