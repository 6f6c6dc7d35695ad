import { expect, test } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { owner, problem, reviewer, signedInAs } from "./support/fake-session.ts";
import { looks, openWithLook, screenshot } from "./support/looks.ts";

for (const look of looks) {
  test(`the shell is accessible and fits at ${look.name}`, async ({ browser, baseURL }) => {
    const page = await openWithLook(browser, look);
    await signedInAs(page, owner);
    await page.goto(`${baseURL}/settings/members`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await screenshot(page, `shell-${look.name}`);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
    await page.getByRole("button", { name: /林晓/ }).click();
    await expect(page.getByRole("menuitem").first()).toBeVisible();
    await screenshot(page, `user-menu-${look.name}`);
    if (look.width < 600) {
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /导航|navigation/ }).click();
      await expect(page.getByRole("dialog").getByRole("navigation")).toBeVisible();
      await screenshot(page, `drawer-${look.name}`);
      await expectAccessible(page);
    }
    await page.context().close();
  });
}

test("offers only what the role may see", async ({ page }) => {
  await signedInAs(page, reviewer);
  await page.goto("/");
  const navigation = page.getByRole("navigation", { name: "主导航" });
  await expect(navigation.getByRole("link")).toHaveText(["概览", "消息记录", "定时与周期", "审核", "模板"]);
});

test("a place the role may not see answers 403 in words", async ({ page }) => {
  await signedInAs(page, reviewer);
  await page.goto("/channels");
  await expect(page.getByRole("heading", { name: "没有权限" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "主导航" })).toBeVisible();
  await screenshot(page, "forbidden");
  await expectAccessible(page);
});

test("an unknown place answers 404 in words", async ({ page }) => {
  await signedInAs(page, owner);
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "页面不存在" })).toBeVisible();
  await screenshot(page, "not-found");
  await expectAccessible(page);
});

test("an API that fails is told with its request id", async ({ page }) => {
  await page.route("**/v1/me", (route) => problem(route, 500, "internal-error"));
  await page.goto("/");
  await expect(page.getByText("req_01JD5ZK3")).toBeVisible();
  await expect(page.getByRole("button", { name: "重试" })).toBeVisible();
  await screenshot(page, "api-failed");
});

test("the keyboard reaches the content past the navigation", async ({ page }) => {
  await signedInAs(page, owner);
  await page.goto("/templates");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "跳到正文" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

test("the theme is kept, and the language follows the menu", async ({ page }) => {
  await signedInAs(page, owner);
  await page.goto("/tags");
  await page.getByRole("button", { name: /林晓/ }).click();
  await page.getByRole("menuitemradio", { name: "深色" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tags");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
