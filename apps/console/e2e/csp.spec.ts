import { expect, test } from "@playwright/test";
import { owner, signedInAs } from "./support/fake-session.ts";

test.use({ bypassCSP: false });

test("runs under its own content security policy", async ({ page }) => {
  const violations: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) violations.push(message.text());
  });
  await signedInAs(page, owner);
  await page.goto("/");
  await page.getByRole("button", { name: /林晓/ }).click();
  await expect(page.getByRole("menuitem", { name: "退出登录" })).toBeVisible();
  const policy = await page.locator('meta[http-equiv="content-security-policy"]').getAttribute("content");
  expect(policy).not.toContain("unsafe-eval");
  expect(policy).toMatch(/script-src 'self' 'sha256-/);
  expect(violations).toEqual([]);
});
