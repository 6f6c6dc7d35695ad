import { expect, type Page } from "@playwright/test";

/**
 * Opens the one mail that says this, once it has arrived. The list moves whenever another mail comes in, so nothing is
 * clicked in it: the mail's address is read and gone to.
 */
export async function openMail(page: Page, said: string): Promise<void> {
  const mailboxes = process.env.TIDINGS_E2E_MAIL_URL ?? "";
  let address: string | null = null;
  await expect(async () => {
    await page.goto(mailboxes);
    const mail = page.getByRole("link").filter({ hasText: said });
    address = await mail.getAttribute("href", { timeout: 1_000 });
  }).toPass({ timeout: 45_000 });
  await page.goto(new URL(address ?? "", mailboxes).href);
  await expect(page.getByRole("main")).toContainText(said);
}
