import { type Browser, expect, type Page } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { type Look, openWithLook, screenshot } from "../support/looks.ts";
import { type Login, signIn } from "./sign-in.ts";

/** Opens a page of the console in that look, signed in. Close its context when done. */
export async function openSignedIn(browser: Browser, look: Look, login: Login): Promise<Page> {
  const page = await openWithLook(browser, look);
  await signIn(page, login);
  return page;
}

/** What every screen has to stand: it is accessible, fits the width, and is kept as a picture. */
export async function expectScreen(page: Page, path: string, name: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  await screenshot(page, name);
  await expectAccessible(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}
