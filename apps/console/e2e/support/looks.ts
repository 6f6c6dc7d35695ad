import type { Browser, Page } from "@playwright/test";

/** The sizes, themes and languages that every screen has to stand. */
export const looks = [
  { name: "1280-light-zh", width: 1280, theme: "light", locale: "zh-CN" },
  { name: "1280-dark-en", width: 1280, theme: "dark", locale: "en" },
  { name: "390-light-en", width: 390, theme: "light", locale: "en" },
  { name: "390-dark-zh", width: 390, theme: "dark", locale: "zh-CN" },
] as const;

export type Look = (typeof looks)[number];

/** A page of that look in a context of its own. */
export async function openWithLook(browser: Browser, look: Look): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width < 600 ? 844 : 800 },
    hasTouch: look.width < 600,
    isMobile: look.width < 600,
  });
  await context.addInitScript(
    ({ theme, locale }) => {
      localStorage.setItem("tidings-theme", theme);
      localStorage.setItem("tidings-locale", locale);
    },
    { theme: look.theme, locale: look.locale },
  );
  return context.newPage();
}

/** Keeps a picture of the whole page in `test-results/screenshots`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  // What sticks to the top of the window would stand in the middle of the page.
  await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
  await page.screenshot({ path: `test-results/screenshots/${name}.png`, fullPage: true });
}
