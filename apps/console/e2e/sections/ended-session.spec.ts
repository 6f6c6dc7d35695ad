import { expect, type Page, test } from "@playwright/test";
import { password, signIn } from "../server/sign-in.ts";
import { chooseAddresses, next } from "../support/composing.ts";

const askedWhoItIs = (page: Page) => {
  const asked: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/v1/me") asked.push(request.url());
  });
  return asked;
};

async function signInAgain(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel("邮箱").fill("owner@zhixing.example");
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录" }).click();
}

test("a session that ends leads to the login page, and back to the list as it was", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/messages");
  await expect(page.getByRole("heading", { name: "消息记录" })).toBeVisible();
  const asked = askedWhoItIs(page);
  await page.context().clearCookies();
  await page.getByRole("combobox", { name: "状态" }).selectOption({ label: "已完成" });
  await expect(page.getByRole("button", { name: "登录" })).toBeVisible();
  expect(asked).toHaveLength(1);
  await signInAgain(page);
  await expect(page).toHaveURL(/\/messages\?state=completed$/);
  await expect(page.getByRole("combobox", { name: "状态" })).toHaveValue("completed");
});

test("a message that is being written when the session ends is there after signing in again", async ({
  page,
}) => {
  await signIn(page, "owner");
  await page.goto("/messages/new");
  await chooseAddresses(page, ["15213130124"]);
  await next(page);
  await page.context().clearCookies();
  await page.getByRole("combobox", { name: "模板" }).selectOption({ index: 1 });
  await signInAgain(page);
  await expect(page.getByText("已恢复上次没写完的消息")).toBeVisible();
  await expect(page.getByText("15213130124")).toBeVisible();
});

test("a form that is not saved when the session ends stays for whoever would rather not leave it", async ({
  page,
}) => {
  await signIn(page, "owner");
  await page.goto("/policies/new");
  await page.getByLabel("名称").fill("还没有保存的策略");
  await page
    .getByRole("checkbox", { name: /^校园短信/ })
    .first()
    .check();
  await page.getByRole("button", { name: "移除第 2 步" }).click();
  await page.context().clearCookies();
  await page.getByRole("button", { name: "创建策略" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "取消" }).click();
  await expect(page.getByRole("alert")).toContainText("登录已失效");
  await expect(page.getByLabel("名称")).toHaveValue("还没有保存的策略");
  await expect(
    page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name: "策略" }),
  ).toBeVisible();
  await page.getByRole("button", { name: "创建策略" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "不保存，离开" }).click();
  await expect(page.getByRole("button", { name: "登录" })).toBeVisible();
});
