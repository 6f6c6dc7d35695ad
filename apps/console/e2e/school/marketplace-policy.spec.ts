import { expect, test } from "@playwright/test";
import { asOperator } from "../server/as-operator.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";

const ROBOT = "tidings-examples/chat-webhook";

test("what the operators do not allow says why, and what to do", async ({ page }) => {
  await signIn(page, "owner");
  const policy = await asOperator((operator) =>
    callApi<Record<string, unknown>>(operator, "GET", "/v1/operator/marketplace-policy"),
  );
  const { updatedAt: _, ...rules } = policy;
  const save = (changes: object) =>
    asOperator((operator) =>
      callApi(operator, "PUT", "/v1/operator/marketplace-policy", { ...rules, ...changes }),
    );
  await save({ grades: ["silver", "gold"], allowListOnly: true });
  try {
    await page.goto(`/marketplace/${ROBOT}`);
    const main = page.getByRole("main");
    await expect(main.getByText("等级不在允许范围内")).toBeVisible();
    await expect(main.getByText("不在本单位的允许名单里")).toBeVisible();
    await expect(main.getByRole("button", { name: "安装", exact: true })).toHaveCount(0);
    await screenshot(page, "marketplace-obstacles");
    await expectAccessible(page);
  } finally {
    await save({});
  }
});
