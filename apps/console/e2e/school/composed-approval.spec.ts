import { expect, test } from "@playwright/test";
import { callApi, password, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { writeToOneNumber } from "../support/composing.ts";
import { screenshot } from "../support/looks.ts";

test("a composed message that needs approval waits; its author cannot approve it, and cancels it", async ({
  page,
}) => {
  await signIn(page, "owner");
  const flow = await callApi<{ updatedAt?: string; levels: unknown[] }>(
    page.request,
    "GET",
    "/v1/approval-flow",
  );
  delete flow.updatedAt;
  // The author is the owner, and each level takes another person.
  const { items: roles } = await callApi<{ items: { id: string; code: string }[] }>(
    page.request,
    "GET",
    "/v1/roles",
  );
  const second = await callApi<{ id: string }>(page.request, "POST", "/v1/members", {
    email: `second-reviewer-${Date.now()}@zhixing.example`,
    name: "钱主任",
    roleId: roles.find(({ code }) => code === "reviewer")?.id,
    password,
  });

  try {
    await test.step("the flow is switched on for composed messages", async () => {
      await page.goto("/approvals/flow");
      await page.getByRole("checkbox", { name: /在控制台写的消息/ }).check();
      await page.getByRole("checkbox", { name: "审核员" }).last().check();
      await page.getByRole("button", { name: "保存" }).click();
      await expect(page.getByText("审核流程已保存")).toBeVisible();
    });

    await test.step("an amount from which it is asked for is kept, told what is wrong with it, and taken away", async () => {
      const minimum = page.getByLabel(/^预计费用达到/);
      await minimum.fill("很多");
      await page.getByRole("button", { name: "保存" }).click();
      await expect(minimum).toHaveAccessibleDescription(/最多四位小数/);
      await minimum.fill("500");
      const saved = page.waitForResponse((response) => response.request().method() === "PUT");
      await page.getByRole("button", { name: "保存" }).click();
      expect((await saved).status()).toBe(200);
      await page.reload();
      await expect(minimum).toHaveValue("500.00");
      await screenshot(page, "approval-flow-minimum");
      await expectAccessible(page);
      await minimum.fill("");
      await page.getByRole("button", { name: "保存" }).click();
      await expect(page.getByText("审核流程已保存")).toBeVisible();
    });

    await writeToOneNumber(page);
    await expect(page.getByText("第 1 级：部门审核")).toBeVisible();
    await expect(page.getByText("第 2 级：校长审核")).toBeVisible();
    await page.getByRole("button", { name: "提交审核" }).click();
    await expect(page.getByText("等待审核，通过后才会发送。")).toBeVisible();
    await page.getByRole("link", { name: "查看审核" }).click();
    await expect(page.getByText("这是你自己写的，需要由其他人审核。")).toBeVisible();
    await expect(page.getByRole("button", { name: "通过" })).toHaveCount(0);
    await screenshot(page, "approval-author");
    await page.getByRole("link", { name: "查看消息" }).click();
    await page.getByRole("button", { name: "取消发送" }).click();
    await expect(page.getByRole("alertdialog")).toContainText("一条都没有发出");
    await page.getByRole("alertdialog").getByRole("button", { name: "取消发送" }).click();
    await expect(page.getByText("已取消", { exact: true }).first()).toBeVisible();
    await screenshot(page, "message-cancelled");
    await expectAccessible(page);
  } finally {
    await callApi(page.request, "PUT", "/v1/approval-flow", flow);
    await callApi(page.request, "DELETE", `/v1/members/${second.id}`);
  }
});
