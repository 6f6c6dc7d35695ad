import { expect, type Page, test } from "@playwright/test";
import { channelOf } from "../server/demo-channels.ts";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

/** The school's mail channel, whose mailbox for returned mail is the simulator's. */
const schoolMail = (page: Page) => channelOf(page, "school-mail");

for (const look of looks) {
  test(`a mailbox for returned mail is accessible and fits at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const { id } = await schoolMail(page);
    const returned = look.locale === "en" ? "Returned mail" : "退信";
    const server = look.locale === "en" ? "IMAP server" : "IMAP 服务器";

    await page.goto("/channels/new/tidings/email-smtp");
    await page.getByRole("heading", { name: returned, exact: true }).click();
    await expect(page.getByLabel(server)).toBeHidden();
    await page.getByLabel(look.locale === "en" ? "Mail that comes back" : "退信处理").selectOption("imap");
    await expect(page.getByLabel(server)).toBeVisible();
    await screenshot(page, `channel-new-returns-${look.name}`);
    await expectAccessible(page);

    await expectScreen(page, `/channels/${id}`, `channel-settings-returns-${look.name}`);
    await expect(page.getByLabel(server)).toHaveValue("127.0.0.1");
    await expectScreen(page, `/channels/${id}/health`, `channel-collection-${look.name}`);
    const panel = page.getByRole("region", {
      name: look.locale === "en" ? "Fetching reports" : "收取回报",
    });
    await expect(panel).toContainText(look.locale === "en" ? "Last fetched" : "上次收取", {
      timeout: 60_000,
    });
    await page.context().close();
  });
}

test("a mailbox asks for what it needs, and says in words and by code why it could not be read", async ({
  page,
}) => {
  test.setTimeout(150_000);
  const code = `returns-${Date.now()}`;
  await signIn(page, "owner");
  const { settings } = await schoolMail(page);
  await page.goto("/channels/new/tidings/email-smtp");

  await test.step("what is missing is said at the fields", async () => {
    await page.getByLabel("通道名称").fill(`读退信 ${code}`);
    await page.getByLabel("通道编码").fill(code);
    await page.getByLabel("发信服务器").fill(String(settings.host));
    await page.getByLabel("端口", { exact: true }).fill(String(settings.port));
    await page.getByLabel("加密方式", { exact: true }).selectOption("none");
    await page.getByLabel("发件人地址").fill(String(settings.fromAddress));
    await page.getByRole("heading", { name: "退信", exact: true }).click();
    await page.getByLabel("退信处理").selectOption("imap");
    await page.getByRole("button", { name: "创建通道" }).click();
    await expect(page.getByRole("alert")).toContainText("需要修改");
    await page.getByRole("link", { name: /^IMAP 服务器/ }).click();
    await expect(page.getByLabel("IMAP 服务器")).toBeFocused();
    await screenshot(page, "channel-new-returns-errors");
    await expectAccessible(page);
  });

  await test.step("create it with a password that is wrong", async () => {
    await page.getByLabel("IMAP 服务器").fill(String(settings.returnsHost));
    await page.getByLabel("IMAP 端口").fill(String(settings.returnsPort));
    await page.getByLabel("IMAP 加密方式").selectOption("none");
    await page.getByLabel("IMAP 账号").fill(String(settings.returnsUsername));
    await page.getByLabel("IMAP 密码或授权码").fill("wrong");
    await page.getByRole("button", { name: "创建通道" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`读退信 ${code}`);
  });

  const panel = page.getByRole("region", { name: "收取回报" });
  await test.step("its page says why, in words and by code", async () => {
    await expect(panel).toContainText("上次没有取到", { timeout: 75_000 });
    await expect(panel).toContainText("退信邮箱的账号或密码不正确");
    await expect(panel).toContainText("returns_login_refused");
    await screenshot(page, "channel-collection-failed");
    await expectAccessible(page);
  });

  await test.step("so it does in English", async () => {
    await page.evaluate(() => localStorage.setItem("tidings-locale", "en"));
    await page.reload();
    await expect(page.getByRole("region", { name: "Fetching reports" })).toContainText(
      "User name or password of the mailbox for returned mail is wrong",
    );
    await screenshot(page, "channel-collection-failed-en");
    await expectAccessible(page);
  });
  const created = await channelOf(page, code);
  await callApi(page.request, "DELETE", `/v1/channels/${created.id}`);
});
