import { expect, type Page, test } from "@playwright/test";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";
import { openMail } from "../support/mails.ts";

/** The page for recipients has no language to choose and no theme of its own: it shows both, and what the system has. */
const sights = [
  { name: "1280-light", width: 1280, colorScheme: "light" },
  { name: "390-dark", width: 390, colorScheme: "dark" },
] as const;

/** Advertises something by mail and answers where the mail program offers to unsubscribe. */
async function offerTo(page: Page, address: string): Promise<string> {
  const subject = `社团招新 ${address}`;
  await callApi(page.request, "POST", "/v1/messages", {
    audience: { kind: "addresses", addresses: [{ address }] },
    channels: ["school-mail"],
    category: "marketing",
    content: { email: { subject, text: "周五下午，操场。" } },
    variables: {},
  });
  await openMail(page, subject);
  const offer = page.locator("dt", { hasText: "List-Unsubscribe" }).locator("xpath=following-sibling::dd[1]");
  return (await offer.first().getByRole("link").getAttribute("href")) ?? "";
}

async function expectPage(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await screenshot(page, name);
  await expectAccessible(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}

for (const { name, width, colorScheme } of sights) {
  test(`a recipient unsubscribes by the address in a mail at ${name}`, async ({ browser }) => {
    const address = `fan-${Date.now()}-${width}@example.cn`;
    const member = await browser.newPage();
    await signIn(member, "owner");
    const offer = await offerTo(member, address);

    // Somebody who has nothing to do with the console.
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const page = await context.newPage();

    await test.step("it asks first, in both languages, and says whom it is about", async () => {
      await page.goto(offer);
      expect(new URL(page.url()).pathname).toMatch(/^\/u\/[\w-]+$/);
      await expect(page.getByRole("heading", { name: "退订" })).toBeVisible();
      const english = page.locator("section[lang=en]");
      await expect(english.getByRole("heading", { name: "Unsubscribe" })).toBeVisible();
      await expect(english).toContainText("by E-mail, notices included");
      await expect(page.locator("main")).toContainText("知行学校");
      await expect(page.locator("main")).not.toContainText(address);
      await expectPage(page, `unsubscribe-${name}`);
      expect(await context.cookies()).toEqual([]);
    });

    const suppressed = () =>
      callApi<{ items: { id: string; origin: string }[] }>(
        member.request,
        "POST",
        "/v1/suppression-lookups",
        {
          kind: "email",
          address,
        },
      );

    await test.step("looking at it changes nothing, its button does", async () => {
      expect((await suppressed()).items).toEqual([]);
      const button = width < 600 ? "Unsubscribe" : "确认退订";
      await page.getByRole("button", { name: button }).click();
      await expect(page.getByRole("heading", { name: "已退订" })).toBeVisible();
      await expect(page.getByRole("heading", { name: "Unsubscribed" })).toBeVisible();
      await expectPage(page, `unsubscribed-${name}`);
      expect((await suppressed()).items).toMatchObject([{ origin: "unsubscribed" }]);
    });

    await test.step("the school sees it, and nothing more is sent", async () => {
      await member.goto(`/suppressions?origin=unsubscribed&q=${encodeURIComponent(address)}`);
      await expect(member.getByRole("row", { name: new RegExp(`${address}.*退订`) })).toBeVisible();
      for (const { id } of (await suppressed()).items)
        await callApi(member.request, "DELETE", `/v1/suppressions/${id}`);
    });
    await Promise.all([context.close(), member.close()]);
  });

  test(`an address that is none says so at ${name}`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const page = await context.newPage();
    const answer = await page.goto("/u/nothing-of-ours");
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "链接无效" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "This link does not work" })).toBeVisible();
    await expectPage(page, `unsubscribe-unknown-${name}`);
    await context.close();
  });
}
