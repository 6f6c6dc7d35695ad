import { expect, type Page, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { logins, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

for (const look of looks) {
  test(`members, roles and audit are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    await expectScreen(page, "/settings/members", `members-${look.name}`);
    await expectScreen(page, "/settings/roles", `roles-${look.name}`);
    await expectScreen(page, "/settings/audit?action=template.draft_saved", `audit-${look.name}`);
    await page
      .getByRole("button", { name: /保存模板草稿|Saved a template draft/ })
      .first()
      .click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.waitForTimeout(300);
    await screenshot(page, `audit-entry-${look.name}`);
    await expectAccessible(page);
    await page.context().close();
  });
}

test("a member is added, signs in, is disabled and removed", async ({ page, browser, baseURL }) => {
  const name = `周老师 ${Date.now()}`;
  const email = `zhou-${Date.now()}@zhixing.example`;
  await signIn(page, "owner");
  await page.goto("/settings/members");

  const password = await test.step("add", async () => {
    await page.getByRole("button", { name: "添加成员" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("姓名").fill(name);
    await dialog.getByLabel("邮箱").fill(logins.operator.email);
    await dialog.getByLabel(/审核员/).check();
    await dialog.getByRole("button", { name: "生成" }).click();
    const generated = await dialog.getByLabel("初始密码").inputValue();
    expect(generated).toMatch(/^\w{16}$/);
    await dialog.getByRole("button", { name: "添加" }).click();
    await expect(dialog.getByLabel("邮箱")).toHaveAccessibleDescription(/已被使用/);
    await screenshot(page, "member-email-taken");
    await expectAccessible(page);
    await dialog.getByLabel("邮箱").fill(email);
    await dialog.getByRole("button", { name: "添加" }).click();
    await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("审核员");
    return generated;
  });

  await test.step("the new member signs in and sees what a reviewer sees", async () => {
    const context = await browser.newContext({ baseURL });
    const other = await context.newPage();
    await other.goto("/login");
    await other.getByLabel("邮箱").fill(email);
    await other.getByLabel("密码").fill(password);
    await other.getByRole("button", { name: "登录" }).click();
    await expect(other.getByRole("heading", { level: 1 })).toHaveText("概览");
    await expect(other.getByRole("link", { name: "成员" })).toBeHidden();
    await context.close();
  });

  const act = async (item: string) => {
    await page.getByRole("button", { name: `${name}的操作` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  const row = page.getByRole("row", { name: new RegExp(name) });

  await test.step("another role", async () => {
    await act("修改姓名或角色");
    await page.getByRole("dialog").getByLabel(/运营/).check();
    await page.getByRole("dialog").getByRole("button", { name: "保存" }).click();
    await expect(row).toContainText("运营");
  });

  await test.step("disable and remove", async () => {
    await act("停用");
    await page.getByRole("alertdialog").getByRole("button", { name: "停用" }).click();
    await expect(row).toContainText("已停用");
    await act("移除成员");
    await page.getByRole("alertdialog").getByRole("button", { name: "移除成员" }).click();
    await expect(row).toBeHidden();
  });
});

test("the last owner stays, and is told why", async ({ page }) => {
  await signIn(page, "owner");
  await setDeputy(page, "disabled");
  try {
    await page.goto("/settings/members");
    await page.getByRole("button", { name: `${logins.owner.name}的操作` }).click();
    await page.getByRole("menuitem", { name: "移除成员" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "移除成员" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("这是最后一位所有者");
    await screenshot(page, "member-last-owner");
    await page.getByRole("alertdialog").getByRole("button", { name: "取消" }).click();
    await expect(page.getByRole("row", { name: new RegExp(logins.owner.name) })).toBeVisible();
  } finally {
    await setDeputy(page, "active");
  }
});

/** The demo school has a second owner, who is out of the way while somebody has to be the last one. */
async function setDeputy(page: Page, state: "active" | "disabled"): Promise<void> {
  const members = await page.request.get("/v1/members?limit=100");
  const { items } = (await members.json()) as { items: { id: string; email: string }[] };
  const deputy = items.find(({ email }) => email === "deputy@zhixing.example");
  const headers = { "x-tidings-console": "1" };
  const answer = await page.request.patch(`/v1/members/${deputy?.id}`, { data: { state }, headers });
  expect(answer.ok()).toBe(true);
}

test("the roles say in words what each may do", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/settings/roles");
  const row = page.getByRole("row", { name: /^审核申请/ });
  await expect(row.getByRole("cell")).toHaveText(["查看、审批", "查看", "查看、审批"]);
});

test("the audit log shows who did what, filtered by action and subject", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/settings/audit");
  await page.getByLabel("操作", { exact: true }).selectOption({ label: "发布模板" });
  await expect(page).toHaveURL(/action=template.published/);
  await page
    .getByRole("button", { name: /发布模板/ })
    .last()
    .click();
  await expect(page.getByRole("dialog")).toContainText("对象编号");
  await page.keyboard.press("Escape");
  await page.getByRole("searchbox").fill("nothing");
  await expect(page.getByText("没有符合条件的结果")).toBeVisible();
});

test("a wrong current password is refused at its field", async ({ page }) => {
  await signIn(page, "reviewer");
  await page.goto("/");
  await page.getByRole("button", { name: /用户菜单/ }).click();
  await page.getByRole("menuitem", { name: "修改密码" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("当前密码").fill("not-the-password");
  await dialog.getByLabel("新密码", { exact: true }).fill("short");
  await dialog.getByLabel("再输入一次新密码").fill("different");
  await dialog.getByRole("button", { name: "修改密码" }).click();
  await expect(dialog.getByLabel("新密码", { exact: true })).toHaveAccessibleDescription(/至少 10 位/);
  await expect(dialog.getByLabel("再输入一次新密码")).toHaveAccessibleDescription(/不一致/);
  await dialog.getByLabel("新密码", { exact: true }).fill("long-enough-2026");
  await dialog.getByLabel("再输入一次新密码").fill("long-enough-2026");
  await dialog.getByRole("button", { name: "修改密码" }).click();
  await expect(dialog.getByLabel("当前密码")).toHaveAccessibleDescription(/当前密码不正确/);
  await screenshot(page, "password-wrong");
  await expectAccessible(page);
});

test("an operator sees neither members nor the audit log", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/settings/members");
  await expect(page.getByRole("heading", { name: "没有权限" })).toBeVisible();
  await page.goto("/settings/audit");
  await expect(page.getByRole("heading", { name: "没有权限" })).toBeVisible();
});

test("two forms of a page that are not saved ask once before it is left", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/settings/quiet-hours");
  await page.getByRole("group", { name: "所有用户" }).getByRole("radio", { name: "设置时段" }).check();
  await page.getByRole("button", { name: "添加频控" }).click();
  const policies = page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name: "策略" });
  await policies.click();
  await page.getByRole("alertdialog").getByRole("button", { name: "取消" }).click();
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await policies.click();
  await page.getByRole("alertdialog").getByRole("button", { name: "不保存，离开" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "策略" })).toBeVisible();
});
