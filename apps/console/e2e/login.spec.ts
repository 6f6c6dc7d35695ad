import { expect, test } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { owner, problem } from "./support/fake-session.ts";
import { looks, openWithLook, screenshot } from "./support/looks.ts";

test.beforeEach(async ({ page }) => {
  await page.route("**/v1/me", (route) => problem(route, 401, "unauthenticated"));
});

for (const look of looks) {
  test(`the login page is accessible at ${look.name}`, async ({ browser, baseURL }) => {
    const page = await openWithLook(browser, look);
    await page.route("**/v1/me", (route) => problem(route, 401, "unauthenticated"));
    await page.goto(`${baseURL}/login`);
    await page.getByRole("button", { name: /^(登录|Sign in)$/ }).click();
    await expect(page.getByRole("alert")).toBeFocused();
    await screenshot(page, `login-${look.name}`);
    await expectAccessible(page);
    await page.context().close();
  });
}

test("signing in by keyboard leads back to where one was going", async ({ page }) => {
  await page.route("**/v1/session", async (route) => {
    expect(route.request().headers()["x-tidings-console"]).toBe("1");
    await route.fulfill({ json: owner });
  });
  await page.goto("/templates?state=draft");
  await expect(page).toHaveURL("/login?return=%2Ftemplates%3Fstate%3Ddraft");
  await screenshot(page, "login");
  await page.getByLabel("邮箱").fill("lin@example.edu");
  await page.keyboard.press("Tab");
  await page.keyboard.type("correct horse");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/templates?state=draft");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("模板");
});

test("a wrong password is said in words, and the error is jumped to", async ({ page }) => {
  await page.route("**/v1/session", (route) => problem(route, 401, "unauthenticated"));
  await page.goto("/login");
  await page.getByLabel("邮箱").fill("lin@example.edu");
  await page.getByLabel("密码").fill("wrong");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("alert")).toContainText("邮箱或密码不正确");
  await expect(page.getByRole("alert")).toBeFocused();
});

test("does not follow a return path to another site", async ({ page }) => {
  await page.route("**/v1/session", (route) => route.fulfill({ json: owner }));
  await page.goto("/login?return=https://example.com/steal");
  await page.getByLabel("邮箱").fill("lin@example.edu");
  await page.getByLabel("密码").fill("correct horse");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("概览");
  await expect(page).toHaveURL("/");
});
