import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./support/axe.ts";
import { owner, signedInAs } from "./support/fake-session.ts";
import { screenshot } from "./support/looks.ts";

/** The overview on a day on which so many of a thousand messages have been sent. */
async function openOn(page: Page, used: number): Promise<void> {
  await signedInAs(page, { ...owner, permissions: [{ action: "read", subject: "Quota" }] });
  await page.route("**/v1/quotas", (route) =>
    route.fulfill({
      json: {
        items: [
          { kind: "channels", used: 5, limit: 5, contact: null },
          { kind: "messages_per_day", used, limit: 1_000, contact: null },
        ],
      },
    }),
  );
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

test("the overview tells when the day's messages run short, and when none is left", async ({ page }) => {
  await openOn(page, 899);
  await expect(page.getByText("消息配额")).toHaveCount(0);

  await openOn(page, 900);
  await expect(page.getByText("今天的消息配额快用完了：900 / 1,000")).toBeVisible();

  await openOn(page, 1_000);
  await expect(page.getByRole("alert")).toContainText("今天的消息配额已用完：1,000 / 1,000");
  await expect(page.getByRole("link", { name: "查看配额" })).toHaveAttribute("href", "/settings/quotas");
  await screenshot(page, "overview-quota-spent");
  await expectAccessible(page);
});
