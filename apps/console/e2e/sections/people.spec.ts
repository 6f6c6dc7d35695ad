import { expect, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

for (const look of looks) {
  test(`users and tags are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    await expectScreen(page, "/users", `users-${look.name}`);
    await expectScreen(page, "/users/2024001", `user-${look.name}`);
    await expectScreen(page, "/users/2024001/edit", `user-edit-${look.name}`);
    await expectScreen(page, "/users/new", `user-new-${look.name}`);
    await expectScreen(page, "/tags", `tags-${look.name}`);
    await page.context().close();
  });
}

test("users are found by name, by id and by tag, and the address keeps the search", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/users");
  const rows = page.getByRole("table").getByRole("link");
  await page.getByRole("searchbox").fill("2024003");
  await expect(rows).toHaveText(["李娜"]);
  await expect(page).toHaveURL(/q=2024003/);
  await page.reload();
  await expect(rows).toHaveText(["李娜"]);
  await page.getByRole("searchbox").fill("查无此人");
  await expect(page.getByText("没有符合条件的结果")).toBeVisible();
  await screenshot(page, "users-nothing-found");
  await page.getByRole("button", { name: "清除筛选" }).first().click();
  await page.getByLabel("标签").selectOption("住校生");
  await expect(rows).toHaveCount(7);
});

test("a user is created, bound to an address, changed and deleted", async ({ page }) => {
  const userId = `e2e-${Date.now()}`;
  await signIn(page, "owner");
  await page.goto("/users/new");

  await test.step("create", async () => {
    await page.getByRole("textbox", { name: "用户 ID", exact: true }).fill(userId);
    await page.getByLabel("姓名").fill("测试同学");
    await page.getByLabel("短信 · 手机号").fill("123");
    await page.getByRole("button", { name: "创建用户" }).click();
    await expect(page.getByLabel("短信 · 手机号")).toHaveAccessibleDescription(/手机号格式不正确/);
    await screenshot(page, "user-errors");
    await expectAccessible(page);
    await page.getByLabel("短信 · 手机号").fill("15213139999");
    await page.getByRole("button", { name: "住校生" }).click();
    await page.getByRole("button", { name: "添加属性" }).click();
    await page.getByLabel("属性名").fill("grade");
    await page.getByLabel("值", { exact: true }).fill("2025级");
    await page.getByRole("button", { name: "创建用户" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("测试同学");
    await expect(page.getByText("2025级")).toBeVisible();
  });

  await test.step("bind an e-mail address for one source", async () => {
    await page.getByRole("button", { name: "添加绑定" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("通道类型").selectOption({ label: "邮件" });
    await dialog.getByLabel("邮箱").fill("test@zhixing.example");
    await dialog.getByLabel("用于").selectOption({ label: "仅上游系统“教务系统”" });
    await screenshot(page, "user-identity");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "保存" }).click();
    await expect(page.getByText("仅上游系统“教务系统”")).toBeVisible();
  });

  await test.step("take the attribute away", async () => {
    await page.getByRole("link", { name: "编辑" }).click();
    await page.getByRole("button", { name: "移除属性 grade" }).click();
    await page.getByRole("button", { name: "保存" }).click();
    await expect(page.getByText("没有属性")).toBeVisible();
    const user = await callApi<{ attributes: object }>(page.request, "GET", `/v1/users/${userId}`);
    expect(user.attributes).toEqual({});
  });

  await test.step("delete", async () => {
    await page.getByRole("button", { name: "更多操作" }).click();
    await page.getByRole("menuitem", { name: "删除用户" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("2 个通道绑定将被删除");
    await page.getByRole("alertdialog").getByRole("button", { name: "删除用户" }).click();
    await expect(page).toHaveURL(/\/users$/);
  });
});

test("a tag is created, renamed and deleted, each time with what it means", async ({ page }) => {
  const name = `社团 ${Date.now()}`;
  await signIn(page, "operator");
  await page.goto("/tags");
  await page.getByRole("button", { name: "新建标签" }).click();
  await page.getByRole("dialog").getByLabel("标签名").fill("住校生");
  await page.getByRole("button", { name: "创建标签" }).click();
  await expect(page.getByRole("dialog").getByLabel("标签名")).toHaveAccessibleDescription(/已被使用/);
  await page.getByRole("dialog").getByLabel("标签名").fill(name);
  await page.getByRole("button", { name: "创建标签" }).click();
  await expect(page.getByRole("link", { name })).toBeVisible();

  await page.getByRole("button", { name: `${name}的操作` }).click();
  await page.getByRole("menuitem", { name: "重命名" }).click();
  await page.getByRole("dialog").getByLabel("标签名").fill(`新${name}`);
  await page.getByRole("dialog").getByRole("button", { name: "重命名" }).click();
  await expect(page.getByRole("link", { name: `新${name}` })).toBeVisible();

  await page.getByRole("button", { name: `新${name}的操作` }).click();
  await page.getByRole("menuitem", { name: "删除" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("0 个用户");
  await page.getByRole("alertdialog").getByRole("button", { name: "删除标签" }).click();
  await expect(page.getByRole("link", { name: `新${name}` })).toBeHidden();
});
