import { type Browser, expect, type Page, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, type Login, logins, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";
import { type OwnPlugin, preparePlugin } from "../support/own-plugin.ts";

// One story: what a step leaves behind is what the next one begins with.
test.describe.configure({ mode: "serial" });

/** The checks of a version start a sandbox of their own. */
const CHECKED = { timeout: 90_000 };

const slug = `e2e-${Date.now().toString(36)}`;
const publisherName = `校园工坊 ${slug}`;
let plugin: OwnPlugin | undefined;
let token = "";

test.afterAll(() => plugin?.remove());

function own(): OwnPlugin {
  if (!plugin) throw new Error("the plugin is prepared by the first test");
  return plugin;
}

async function open(browser: Browser, login: Login): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await signIn(page, login);
  return page;
}

/** The listing's page, reached as an operator reaches it: by the list and its filters. */
async function openListing(page: Page, version: string, state: string): Promise<void> {
  await page.goto(`/operator/desk?plugin=${slug}`);
  await page.getByRole("combobox", { name: "状态" }).selectOption({ label: state });
  await expect(page).toHaveURL(/state=/);
  await page
    .getByRole("link", { name: new RegExp(`通用群机器人 ${version.replaceAll(".", "\\.")}`) })
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(version);
}

const chooseAction = async (page: Page, name: string) => {
  await page.getByRole("button", { name: "处置" }).click();
  await page.getByRole("menuitem", { name }).click();
};

test("a publisher is created, with a key and a token that is shown once", async ({ page }) => {
  test.setTimeout(180_000);
  plugin = await preparePlugin(slug);
  const { publicKey } = plugin;
  await signIn(page, "owner");
  await page.goto("/");
  await page.getByRole("button", { name: /用户菜单/ }).click();
  // An earlier try may have left a publisher behind.
  await page.route("**/v1/publishers", (route) => route.fulfill({ json: { items: [] } }));
  await page.getByRole("menuitem", { name: "插件发布者" }).click();
  await expect(page.getByText("你还不是发布者")).toBeVisible();
  await screenshot(page, "publishers-empty");
  await page.unroute("**/v1/publishers");

  await test.step("create", async () => {
    await page.getByRole("button", { name: "创建发布者" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("名称").fill(publisherName);
    await dialog.getByLabel("编号").fill("A");
    await dialog.getByRole("button", { name: "创建发布者" }).click();
    await expect(dialog.getByLabel("编号")).toHaveAccessibleDescription(/小写字母/);
    await expectAccessible(page);
    await dialog.getByLabel("编号").fill(slug);
    await dialog.getByRole("button", { name: "创建发布者" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(publisherName);
  });

  await test.step("a key", async () => {
    await page.getByRole("button", { name: "登记公钥" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("公钥").fill("not a key");
    await dialog.getByRole("button", { name: "登记公钥" }).click();
    await expect(dialog.getByLabel("公钥")).toHaveAccessibleDescription(/32 字节/);
    await dialog.getByLabel("公钥").fill(publicKey);
    await dialog.getByRole("button", { name: "登记公钥" }).click();
    await expect(page.getByRole("cell", { name: publicKey })).toBeVisible();
  });

  await test.step("a token", async () => {
    await page.getByRole("link", { name: "上传令牌" }).click();
    await page.getByRole("button", { name: "创建令牌" }).click();
    await page.getByRole("dialog").getByLabel("用途").fill("构建服务器");
    await page.getByRole("dialog").getByRole("button", { name: "创建令牌" }).click();
    const shown = page.getByRole("dialog", { name: "新令牌" });
    token = await shown.getByLabel("令牌").inputValue();
    expect(token).toMatch(/^td_pub_/);
    await page.keyboard.press("Escape");
    await expect(shown).toBeVisible();
    await expectAccessible(page);
    await screenshot(page, "publisher-token-once");
    await page.getByRole("button", { name: "已保存好，关闭" }).click();
    await expect(page.getByRole("cell", { name: "构建服务器", exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("main")).not.toContainText(token);
  });
});

test("a version comes by the command line of the guide, and its report is there", async ({
  page,
  baseURL,
}) => {
  test.setTimeout(240_000);
  await signIn(page, "owner");
  await page.goto(`/publishers/${slug}/guide`);
  const url = baseURL ?? "";
  await expect(page.getByText(`--url ${url} --wait`)).toBeVisible();
  const archive = await own().pack("1.0.0");
  expect(await own().publish(archive, url, token)).toContain("passed the checks");

  await page.goto(`/publishers/${slug}`);
  await page.getByRole("link", { name: /通用群机器人/ }).click();
  await expect(page.getByText("待审核")).toBeVisible();
  await expect(page.getByText(/通过 \d+ \/ \d+ 项/)).toBeVisible();
  await expect(page.getByText("还没有意见。")).toBeVisible();
  const missing = page.getByRole("main").getByText("既没有回执也没有查询，无法得知消息的结果");
  await expect(missing.first()).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText("has neither");
  await expectAccessible(page);
  await screenshot(page, "submission");
});

test("two operators approve it, each by themselves, and it is listed", async ({ browser }) => {
  test.setTimeout(180_000);
  const first = await open(browser, "platform");
  await first.goto("/operator/marketplace");
  await first.getByRole("checkbox", { name: /^两人审核/ }).check();
  await first.getByRole("button", { name: "保存" }).click();
  await expect(first.getByText("策略已保存")).toBeVisible();

  await openListing(first, "1.0.0", "待审核");
  await expect(first.getByText("已通过 0 / 2")).toBeVisible();
  await screenshot(first, "desk-before-decision");
  await first.getByRole("button", { name: "通过", exact: true }).click();
  const dialog = first.getByRole("dialog");
  await expect(dialog).toContainText("还需要另一位运营人员通过后才会上架");
  await dialog.getByLabel("意见").fill("代码清楚，权限合理。");
  await expectAccessible(first);
  await dialog.getByRole("button", { name: "通过", exact: true }).click();
  await expect(first.getByText("已通过 1 / 2")).toBeVisible();
  await expect(first.getByText("operator1@platform.example 通过")).toBeVisible();
  await expect(first.getByText("你已经审核过这个版本")).toBeVisible();
  await expect(first.getByRole("button", { name: "通过", exact: true })).toHaveCount(0);

  const second = await open(browser, "secondPlatform");
  await openListing(second, "1.0.0", "待审核");
  await second.getByRole("button", { name: "通过", exact: true }).click();
  await expect(second.getByRole("dialog")).toContainText("立即签名上架");
  await second.getByRole("dialog").getByRole("button", { name: "通过", exact: true }).click();
  await expect(second.getByText("已上架", { exact: true })).toBeVisible();
  await expect(second.getByText(/插件源密钥/)).toBeVisible();
  await first.context().close();
  await second.context().close();
});

test("it is labelled, blocked with what that stops, and unblocked", async ({ browser }) => {
  const page = await open(browser, "platform");
  await openListing(page, "1.0.0", "已上架");

  await chooseAction(page, "设置标记");
  const labels = page.getByRole("dialog");
  await labels.getByRole("checkbox", { name: "已验证" }).check();
  await labels.getByLabel("原因").fill("发布者身份已核实");
  await labels.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("main").getByText("已验证").first()).toBeVisible();

  await chooseAction(page, "封禁代码");
  const block = page.getByRole("dialog");
  await expect(block).toContainText("一分钟内停止运行");
  await expect(block).toContainText("目前没有租户在运行它");
  await block.getByRole("button", { name: "封禁代码" }).click();
  await expect(block.getByLabel("原因")).toHaveAccessibleDescription(/请填写此项/);
  await block.getByLabel("原因").fill("演练");
  await expectAccessible(page);
  await screenshot(page, "desk-block-dialog");
  await block.getByRole("button", { name: "封禁代码" }).click();
  await expect(page.getByText("由运营人员封禁")).toBeVisible();
  await screenshot(page, "desk-blocked");

  await page.goto("/operator/marketplace/blocks");
  // Other tests block code of theirs meanwhile.
  const row = page.getByRole("row", { name: new RegExp(`${slug}/chat 1.0.0`) });
  await expect(row).toContainText("演练");
  await row.getByRole("button", { name: "解除封禁" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "解除封禁" }).click();
  await expect(row).toHaveCount(0);
  await page.goto(`/operator/audit?subjectId=${slug}/chat@1.0.0`);
  await expect(page.getByRole("button", { name: /通过并上架版本/ })).toBeVisible();
  await page.getByRole("button", { name: /修改标记/ }).click();
  await expect(page.getByRole("dialog")).toContainText("发布者身份已核实");
  await page.context().close();
});

test("a second version, uploaded in the browser, shows what is new in it", async ({ browser }) => {
  test.setTimeout(240_000);
  const archive = await own().pack("1.1.0", {
    hosts: ["api.second.example"],
    readme: "# 通用群机器人\n\n新增备用地址。\n",
  });
  const owner = await open(browser, "owner");
  await owner.goto(`/publishers/${slug}`);
  await owner.getByRole("button", { name: "上传版本" }).click();
  const upload = owner.getByRole("dialog");
  await upload.getByLabel("插件包（.tgz）").setInputFiles(archive);
  await upload.getByLabel(/签名文件/).setInputFiles(archive);
  await upload.getByRole("button", { name: "提交" }).click();
  await expect(upload.getByLabel(/签名文件/)).toHaveAccessibleDescription(/不是签名文件/);
  await upload.getByLabel(/签名文件/).setInputFiles(`${archive}.sig.json`);
  await expectAccessible(owner);
  await upload.getByRole("button", { name: "提交" }).click();
  await expect(owner.getByText("待审核")).toBeVisible(CHECKED);
  await owner.context().close();

  const page = await open(browser, "platform");
  await openListing(page, "1.1.0", "待审核");
  await expect(page.getByText("与 1.0.0 相比新增 1 项权限，已标出。")).toBeVisible();
  await expect(page.getByText("api.second.example").locator("..")).toContainText("新增");
  await page.getByRole("link", { name: /^文件与源码/ }).click();
  await expect(page.getByRole("region", { name: "plugin.js 的内容" })).toBeVisible();
  await page.getByRole("link", { name: "README.md" }).click();
  const readme = page.getByRole("region", { name: "README.md 的内容" });
  await expect(readme).toContainText("新增备用地址。");
  await expect(readme.getByText("删除行").first()).toBeAttached();
  await screenshot(page, "desk-file-diff");

  await page.getByRole("navigation", { name: "版本的页面" }).getByRole("link", { name: "审核" }).click();
  await page.getByRole("button", { name: "拒绝" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "拒绝" }).click();
  await expect(dialog.getByLabel("意见")).toHaveAccessibleDescription(/请填写此项/);
  await dialog.getByLabel("意见").fill("备用地址的用途没有说明。");
  await dialog.getByRole("button", { name: "拒绝" }).click();
  await expect(page.getByText("operator1@platform.example 拒绝")).toBeVisible();
  await page.context().close();
});

test("a second login is invited, accepts, acts for the publisher, and is removed", async ({ browser }) => {
  const owner = await open(browser, "owner");
  const colleague = await open(browser, "operator");
  const { email } = logins.operator;
  await owner.goto(`/publishers/${slug}/logins`);
  await expect(owner.getByRole("row", { name: /owner@zhixing\.example/ })).toContainText("你");
  await expect(owner.getByRole("button", { name: /^移除/ })).toHaveCount(0);
  await owner.getByRole("button", { name: "邀请成员" }).click();
  const dialog = owner.getByRole("dialog");
  await dialog.getByRole("button", { name: "邀请" }).click();
  await expect(dialog.getByLabel("邮箱")).toHaveAccessibleDescription(/请填写此项/);
  await dialog.getByLabel("邮箱").fill(email);
  await expectAccessible(owner);
  await dialog.getByRole("button", { name: "邀请" }).click();
  await expect(owner.getByRole("row", { name: new RegExp(email) })).toContainText("已邀请");
  await screenshot(owner, "publisher-logins");

  await colleague.goto("/publishers");
  await expect(colleague.getByText(`邀请你加入“${publisherName}”`)).toBeVisible();
  await expectAccessible(colleague);
  await screenshot(colleague, "publisher-invitation");
  const invitation = colleague.getByRole("region", { name: `邀请你加入“${publisherName}”` });
  await invitation.getByRole("button", { name: "接受" }).click();
  await colleague.getByRole("link", { name: publisherName }).click();
  await expect(colleague.getByRole("link", { name: /通用群机器人/ }).first()).toBeVisible();

  await owner.reload();
  await owner.getByRole("button", { name: `移除 ${email}` }).click();
  await owner.getByRole("alertdialog").getByRole("button", { name: "移除" }).click();
  await expect(owner.getByRole("row", { name: new RegExp(email) })).toHaveCount(0);
  await colleague.goto(`/publishers/${slug}`);
  await expect(colleague.getByRole("heading", { name: publisherName })).toHaveCount(0);
  await owner.context().close();
  await colleague.context().close();
});

test("allowances are searched among all that is listed, and a search without result says so", async ({
  browser,
}) => {
  const page = await open(browser, "platform");
  await page.goto("/operator/marketplace/allowances");
  await page
    .getByRole("button", { name: /^设置许可/ })
    .first()
    .click();
  const plugins = page.getByRole("dialog").getByRole("combobox", { name: "插件" });
  await plugins.fill("通用群机器人");
  await expect(page.getByRole("option", { name: new RegExp(`${slug}/chat`) })).toBeVisible();
  await screenshot(page, "allowances-search");
  await plugins.fill("no such plugin");
  await expect(page.getByText("没有匹配的选项")).toBeVisible();
  await page.goto("/operator/desk?plugin=no-such-plugin");
  await expect(page.getByText("没有符合条件的结果")).toBeVisible();
  await screenshot(page, "desk-nothing-found");
  await page.context().close();
});

test("a publisher is suspended with a reason, and let in again", async ({ browser }) => {
  const page = await open(browser, "platform");
  await page.goto("/operator/publishers");
  const row = page.getByRole("row", { name: new RegExp(slug) });
  await row.getByRole("button", { name: "停用" }).click();
  await page.getByRole("dialog").getByLabel("原因").fill("核实身份");
  await page.getByRole("dialog").getByRole("button", { name: "停用" }).click();
  await expect(row).toContainText("已停用");
  const owner = await open(browser, "owner");
  await owner.goto(`/publishers/${slug}`);
  await expect(owner.getByText("运营人员停用了这个发布者")).toBeVisible();
  await owner.context().close();
  await row.getByRole("button", { name: "恢复" }).click();
  await page.getByRole("dialog").getByLabel("原因").fill("已核实");
  await page.getByRole("dialog").getByRole("button", { name: "恢复" }).click();
  await expect(row).toContainText("正常");
  await page.context().close();
});

test("the health of the installation is told, and nothing of it to members", async ({ browser, page }) => {
  test.setTimeout(240_000);
  const operator = await open(browser, "platform");
  await operator.goto("/operator/health");
  await expect(operator.getByRole("heading", { name: "对账", exact: true })).toBeVisible();
  await expect(operator.getByText("统计与记录一致")).toBeVisible(CHECKED);
  await expect(operator.getByRole("table", { name: "进程" }).getByText("接口与发送")).toBeVisible(CHECKED);
  await operator.context().close();

  await signIn(page, "owner");
  await page.goto("/");
  await expect(page.getByRole("navigation", { name: "主导航" })).toBeVisible();
  await expect(page.getByRole("link", { name: "健康与对账" })).toHaveCount(0);
  await page.goto("/operator/health");
  await expect(page.getByRole("heading", { name: "没有权限" })).toBeVisible();
});

for (const look of looks) {
  test(`the operators' part is accessible and fits at ${look.name}`, async ({ browser }) => {
    test.setTimeout(240_000);
    const page = await openSignedIn(browser, look, "platform");
    const { items } = await callApi<{ items: { registry: { id: string } }[] }>(
      page.request,
      "GET",
      `/v1/operator/listings?publisher=${slug}`,
    );
    const listing = `/operator/desk/${items[0]?.registry.id}/${slug}/chat/1.1.0`;
    const screens: [path: string, name: string][] = [
      ["/operator/desk", "desk"],
      [listing, "desk-listing"],
      [`${listing}/files`, "desk-files"],
      ["/operator/publishers", "operator-publishers"],
      ["/operator/marketplace", "market-policy"],
      ["/operator/marketplace/registries", "market-registries"],
      ["/operator/marketplace/allowances", "market-allowances"],
      ["/operator/marketplace/blocks", "market-blocks"],
      ["/operator/health", "health"],
      ["/operator/audit", "operator-audit"],
    ];
    for (const [path, name] of screens) await expectScreen(page, path, `${name}-${look.name}`);
    await page.context().close();
    const owner = await openSignedIn(browser, look, "owner");
    const own = `/publishers/${slug}`;
    await expectScreen(owner, "/publishers", `publishers-${look.name}`);
    await expectScreen(owner, own, `publisher-submissions-${look.name}`);
    await expectScreen(owner, `${own}/keys`, `publisher-keys-${look.name}`);
    await expectScreen(owner, `${own}/tokens`, `publisher-tokens-${look.name}`);
    await expectScreen(owner, `${own}/logins`, `publisher-logins-${look.name}`);
    await expectScreen(owner, `${own}/guide`, `publisher-guide-${look.name}`);
    await expectScreen(owner, `${own}/submissions/chat/1.1.0`, `submission-${look.name}`);
    await owner.context().close();
  });
}
