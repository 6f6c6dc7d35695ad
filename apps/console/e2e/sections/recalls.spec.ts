import { expect, type Page, test } from "@playwright/test";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";

/** Sends to the class boards; what `reader` gets is read at once and cannot be taken back. */
async function send(page: Page, channels: string[], addresses: string[]): Promise<string> {
  const body = {
    audience: { kind: "addresses", addresses: addresses.map((address) => ({ address })) },
    channels,
    content: {
      webhook: { title: "放学通知", text: "今天下午三点放学" },
      sms: { templateCode: "SMS_100003", text: "【通知】{{content}}" },
    },
    variables: { content: "今天下午三点放学" },
  };
  const { id } = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", body);
  // Only what has been sent is counted among what can be taken back.
  const state = async () =>
    (await callApi<{ state: string }>(page.request, "GET", `/v1/messages/${id}`)).state;
  await expect.poll(state, { timeout: 45_000 }).toBe("completed");
  await page.goto(`/messages/${id}`);
  return id;
}

const recallButton = (page: Page) => page.getByRole("button", { name: "撤回", exact: true });

test("what was sent is taken back, after saying how much, and what was not says why", async ({ page }) => {
  await signIn(page, "operator");
  await send(page, ["class-board"], ["class-1", "class-2", "reader"]);
  await recallButton(page).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByText(/撤回 3 条/)).toBeVisible();
  await screenshot(page, "recall-ask");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "撤回", exact: true }).click();
  await expect(page.getByText("已撤回 2 条，1 条没有撤回")).toBeVisible();
  await expect(page.getByText("接收方：用户已处理，来不及撤回：1 条")).toBeVisible();
  const people = page.getByRole("region", { name: "投递明细" });
  await expect(people.getByRole("row", { name: /已撤回/ })).toHaveCount(2);
  await screenshot(page, "recalled-message");
  await expectAccessible(page);

  await people
    .getByRole("link", { name: /reader/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/deliveries\/dlv_/);
  await expect(page.getByRole("list", { name: "投递过程" }).getByText("来不及撤回").first()).toBeVisible();
  await expect(recallButton(page)).toHaveCount(0);
  await screenshot(page, "recall-too-late");
  await expectAccessible(page);
});

test("one delivery is taken back from its own page", async ({ page }) => {
  await signIn(page, "operator");
  await send(page, ["class-board"], ["class-3", "class-4"]);
  await page
    .getByRole("region", { name: "投递明细" })
    .getByRole("link", { name: /class-3/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/deliveries\/dlv_/);
  await recallButton(page).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByText(/撤回 1 条/)).toBeVisible();
  await dialog.getByRole("button", { name: "撤回", exact: true }).click();
  await expect(page.getByText("已撤回 1 条")).toBeVisible();
  await expect(page.getByRole("list", { name: "投递过程" }).getByText("已撤回")).toBeVisible();
  await expect(recallButton(page)).toHaveCount(0);
  await screenshot(page, "recalled-delivery");
  await expectAccessible(page);
});

test("nothing is offered where no channel takes anything back", async ({ page }) => {
  await signIn(page, "operator");
  await send(page, ["school-sms"], ["13800138000"]);
  await expect(page.getByText("已完成").first()).toBeVisible();
  await expect(recallButton(page)).toHaveCount(0);
});
