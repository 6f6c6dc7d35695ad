import type { BrowserContext, Page } from "@playwright/test";

/** The school's own site, which embeds the inbox. */
export const portalUrl = (path = "") => `${process.env.TIDINGS_E2E_PORTAL_URL}${path}`;

export const bell = (page: Page) => page.getByRole("button", { name: /^(站内信，|Inbox, )/ });
export const panel = (page: Page) => page.getByRole("dialog", { name: /^(站内信|Inbox)$/ });
export const entry = (page: Page, title: string) =>
  panel(page).getByRole("listitem").filter({ hasText: title });

/** Opens the site as that user sees it, in Chinese. */
export async function openPortal(context: BrowserContext, userId: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(portalUrl(`?user=${userId}&lang=zh`));
  return page;
}

/** Reads what has that title in the inbox. */
export async function readInInbox(portal: Page, title: string): Promise<void> {
  const read = entry(portal, title).getByRole("button", { name: /^标为已读/ });
  await read.click();
  await read.waitFor({ state: "detached" });
}
