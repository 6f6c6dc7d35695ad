import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { chooseAddresses, next } from "../support/composing.ts";
import { looks, screenshot } from "../support/looks.ts";

/** The fields of a text by the simulated SMS vendor. */
async function fillTrial(page: Page, phone: string): Promise<void> {
  await page.getByLabel("手机号").fill(phone);
  await page.getByLabel("模板 CODE").fill("SMS_100003");
  await page.getByLabel("短信内容").fill("【通知】{{content}}");
  await page.getByLabel("变量：content").fill("明天放假");
}

for (const look of looks) {
  test(`the channel's pages are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const channel = `/channels/${(await channelOf(page, "school-sms")).id}`;
    await expectScreen(page, `${channel}/health`, `channel-overview-${look.name}`);
    await expectScreen(page, `${channel}/test`, `channel-test-${look.name}`);
    await expectScreen(page, `${channel}/vendor-templates`, `channel-vendor-templates-${look.name}`);
    await expectScreen(
      page,
      `/messages?channel=${channel.replace("/channels/", "")}`,
      `channel-messages-${look.name}`,
    );
    await page.context().close();
  });
}

test("a message is previewed request by request, sent as a test, and followed to its receipt", async ({
  page,
}) => {
  await signIn(page, "owner");
  const { id } = await channelOf(page, "school-sms");
  await page.goto(`/channels/${id}/health`);
  await page.getByRole("link", { name: "测试与预览" }).click();

  await test.step("what is missing is said at the fields", async () => {
    await page.getByRole("button", { name: "预览请求" }).click();
    await expect(page.getByRole("alert")).toContainText("有 3 处需要修改");
    await expectAccessible(page);
  });

  await test.step("an address that is none is said by the API at its field", async () => {
    await fillTrial(page, "12345");
    await page.getByRole("button", { name: "预览请求" }).click();
    await expect(page.getByLabel("手机号")).toHaveAttribute("aria-invalid", "true");
  });

  await test.step("the request is shown, with placeholders for what is secret", async () => {
    await fillTrial(page, "13800138000");
    await page.getByRole("button", { name: "预览请求" }).click();
    const request = page.getByRole("region", { name: "请求 1" });
    await expect(request).toContainText("x-acs-action: SendSms");
    await expect(request).toContainText("PhoneNumbers=13800138000");
    await expect(request).toContainText("Signature=<signature>");
    await expect(request.getByRole("button", { name: "复制请求 1" })).toBeVisible();
    await screenshot(page, "channel-preview");
    await expectAccessible(page);
  });

  await test.step("a message that the plugin refuses says why", async () => {
    await page.getByLabel("模板 CODE").fill("nonsense");
    await page.getByRole("button", { name: "预览请求" }).click();
    await expect(page.getByText("模板 CODE 格式不对")).toBeVisible();
  });

  await test.step("the test arrives", async () => {
    await fillTrial(page, "13800138000");
    await page.getByRole("button", { name: "发送测试消息" }).click();
    const progress = page.getByRole("region", { name: "测试进度" });
    await expect(progress.getByRole("listitem").filter({ hasText: "送达" })).toBeVisible({ timeout: 45_000 });
    await screenshot(page, "channel-test-sent");
    await expectAccessible(page);
    await progress.getByRole("link", { name: "打开这条消息" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("明天放假");
    await expect(page.getByText("测试发送", { exact: true })).toBeVisible();
  });

  await test.step("the list marks it, and shows tests only, or all but them", async () => {
    await page.goto("/messages");
    await page.getByLabel("测试发送").selectOption({ label: "只看测试发送" });
    await expect(page).toHaveURL("/messages?test=true");
    await expect(page.getByRole("row", { name: /明天放假/ }).first()).toContainText("测试发送");
    await screenshot(page, "messages-tests");
    await expectAccessible(page);
    await page.getByLabel("测试发送").selectOption({ label: "不看测试发送" });
    await expect(page.getByRole("row").nth(1)).toBeVisible();
    await expect(page.getByRole("cell", { name: "测试发送" })).toHaveCount(0);
  });

  await test.step("the overview knows its receipt, and leads to the messages", async () => {
    await page.goto(`/channels/${id}/health`);
    await expect(page.getByRole("region", { name: "最近 24 小时" })).toContainText("最近一次回执");
    await screenshot(page, "channel-overview-used");
    await page.getByRole("link", { name: "查看经过它的消息" }).click();
    await expect(page).toHaveURL(`/messages?channel=${id}`);
    await expect(page.getByRole("cell", { name: /明天放假/ }).first()).toBeVisible();
  });
});

test("a mail is shown as envelope and text", async ({ page }) => {
  await signIn(page, "owner");
  const { id } = await channelOf(page, "school-mail");
  await page.goto(`/channels/${id}/test`);
  await page.getByLabel("邮箱").fill("wangfang@school.example");
  await page.getByLabel("主题").fill("Notice");
  await page.getByLabel(/正文/).first().fill("Tomorrow is a holiday.");
  await page.getByRole("button", { name: "预览请求" }).click();
  await expect(page.getByRole("region", { name: "信封（SMTP 命令）" })).toContainText(
    "RCPT TO:<wangfang@school.example>",
  );
  await expect(page.getByRole("region", { name: "邮件原文（MIME）" })).toContainText("Subject: Notice");
  await expectAccessible(page);
});

test("signatures and templates are synced, filtered, and warned about where a template is written", async ({
  page,
}) => {
  await signIn(page, "owner");
  const { id } = await channelOf(page, "school-sms");
  await page.goto(`/channels/${id}/vendor-templates`);
  await page.getByRole("button", { name: "立即同步" }).click();
  await expect(page.getByText("已同步")).toBeVisible();
  await expect(page.getByRole("row", { name: /SMS_404001/ })).toContainText("未通过");
  await expect(page.getByRole("row", { name: /知行学校后勤/ })).toContainText("审核中");
  await page.getByLabel("审核状态").selectOption({ label: "未通过" });
  await expect(page).toHaveURL(`/channels/${id}/vendor-templates?state=rejected`);
  await expect(page.getByRole("row", { name: /SMS_100001/ })).toBeHidden();
  await screenshot(page, "channel-vendor-templates-filtered");
  await expectAccessible(page);

  await test.step("a preview with a template in review says so", async () => {
    await page.goto(`/channels/${id}/test`);
    await fillTrial(page, "13800138000");
    await page.getByLabel("模板 CODE").fill("SMS_100008");
    await page.getByRole("button", { name: "预览请求" }).click();
    await expect(page.getByText(/平台模板还在审核/)).toBeVisible();
  });

  await test.step("so does the field of a message that is composed", async () => {
    await page.goto("/messages/new");
    await chooseAddresses(page, ["13800138000"]);
    await next(page);
    await page.getByRole("radio", { name: "直接编写" }).check();
    await page.getByRole("checkbox", { name: "短信" }).check();
    await page.getByLabel(/^模板 CODE/).fill("SMS_404001");
    await expect(page.getByText(/平台模板没有通过审核/)).toBeVisible();
  });
});

test("a vendor without a list is asked about what settings and templates name", async ({ page }) => {
  await signIn(page, "owner");
  const { id } = await channelOf(page, "third-sms");
  const { id: templateId } = await callApi<{ id: string }>(page.request, "POST", "/v1/templates", {
    code: `named-${Date.now()}`,
    name: `快递提醒 ${Date.now()}`,
  });
  await callApi(page.request, "POST", `/v1/templates/${templateId}/versions`, {
    variables: [{ name: "name", type: "text", required: true }],
    renderings: { sms: { tempId: "1008", text: "{{name}}您好，您的快递到了。" } },
  });
  await page.goto(`/channels/${id}/vendor-templates`);
  await expect(page.getByText("平台不提供列表")).toBeVisible();
  await page.getByRole("button", { name: "立即同步" }).click();
  await expect(page.getByText("已同步")).toBeVisible();
  await expect(page.getByRole("row", { name: /1008/ })).toContainText("审核中");
  await expect(page.getByRole("row", { name: /知行学校/ })).toContainText("已通过");
  await screenshot(page, "channel-vendor-templates-named");
  await expectAccessible(page);
});
