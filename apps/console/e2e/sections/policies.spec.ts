import { expect, type Page, test } from "@playwright/test";
import { signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { screenshot } from "../support/looks.ts";

/** Goes on with Tab until the control has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp | string, role: "button" | "checkbox" | "combobox" | "radio") {
  const control = page.locator(":focus").and(page.getByRole(role, { name }));
  await expect
    .poll(
      async () => {
        await page.keyboard.press("Tab");
        return control.count();
      },
      { intervals: [5], timeout: 45_000 },
    )
    .toBe(1);
}

const steps = (page: Page) => page.getByRole("list", { name: "步骤" }).getByRole("region");

test("a policy is put together, put in order and simulated with the keyboard alone", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/policies/new");
  await page.getByLabel("名称").focus();
  await page.keyboard.type(`短信未送达补发邮件 ${Date.now()}`);

  await test.step("choose channels, and take a step away and add it again", async () => {
    await tabTo(page, /校园短信/, "checkbox");
    await page.keyboard.press("Space");
    await tabTo(page, "移除第 2 步", "button");
    await page.keyboard.press("Enter");
    await expect(steps(page)).toHaveCount(1);
    await expect(steps(page).first()).toBeFocused();
    await tabTo(page, "添加补发", "button");
    await page.keyboard.press("Enter");
    await expect(steps(page).nth(1)).toBeFocused();
    await tabTo(page, /校园邮件/, "checkbox");
    await page.keyboard.press("Space");
    await expect(page.getByRole("figure", { name: /^流程图：/ })).toHaveAccessibleName(
      /校园短信 → .*5.*未送达.* 校园邮件/,
    );
    await expect(page.locator(".svelte-flow__node")).toHaveCount(2);
  });

  await test.step("move a step up and down again", async () => {
    await steps(page).nth(1).focus();
    await tabTo(page, "第 2 步上移", "button");
    await page.keyboard.press("Enter");
    await expect(steps(page).first()).toBeFocused();
    await expect(
      steps(page)
        .first()
        .getByLabel(/校园邮件/),
    ).toBeChecked();
    await tabTo(page, "第 1 步下移", "button");
    await page.keyboard.press("Enter");
    await expect(
      steps(page)
        .first()
        .getByLabel(/校园短信/),
    ).toBeChecked();
  });

  await test.step("a receipt after the fallback has left makes it a wasted one", async () => {
    const sms = page.getByRole("group", { name: "校园短信", exact: true });
    await sms.getByLabel("这个通道会发生什么").selectOption("送达");
    await sms.getByLabel("受理后多久收到回执").fill("299");
    await page.getByRole("button", { name: "开始推演" }).click();
    const timeline = page.getByRole("list", { name: "推演时间线" });
    await expect(timeline).toContainText("第 1 步达到目的");
    await expect(timeline).not.toContainText("第 2 步补发");
    await sms.getByLabel("受理后多久收到回执").fill("310");
    await expect(page.getByText("设定已经改变")).toBeVisible();
    await page.getByRole("button", { name: "开始推演" }).click();
    await expect(timeline).toContainText("第 2 步补发：前一步到时间未送达");
    await expect(page.getByText("多余补发 1 次")).toBeVisible();
    await screenshot(page, "policy-simulated");
    await expectAccessible(page);
  });

  await test.step("a fallback that falls into the night waits until the morning", async () => {
    await page.getByRole("radio", { name: "指定时间，按免打扰时段推演" }).check();
    await page.getByLabel("开始时间").first().fill("2027-01-12T21:56");
    await page.getByLabel("这位用户自己的免打扰时段").selectOption("单独设置");
    await page.getByRole("button", { name: "开始推演" }).click();
    const timeline = page.getByRole("list", { name: "推演时间线" });
    await expect(timeline).toContainText("免打扰时段：“校园邮件”等到 2027年1月13日 07:00 再发");
    await screenshot(page, "policy-simulated-night");
    await expectAccessible(page);
    await page.getByRole("combobox", { name: /^免打扰时段/ }).selectOption("不发给正在免打扰的人");
    await page.getByRole("button", { name: "开始推演" }).click();
    await expect(timeline).toContainText("正值免打扰时段，“校园邮件”不发");
  });

  await test.step("save", async () => {
    await page.getByRole("button", { name: "创建策略" }).press("Enter");
    await expect(page).toHaveURL(/\/policies$/);
  });
});

test("what is wrong with a simulation stands at its fields", async ({ page }) => {
  await signIn(page, "owner");
  await page.goto("/policies/new");
  await steps(page)
    .first()
    .getByLabel(/校园短信/)
    .check();
  await steps(page)
    .nth(1)
    .getByLabel(/校园邮件/)
    .check();
  const simulate = page.getByRole("button", { name: "开始推演" });
  await expect(simulate).toBeEnabled();
  await page.getByRole("radio", { name: /^指定时间/ }).check();
  const zone = page.getByRole("textbox", { name: "时区" });
  await zone.fill("Asia/Nowhere");
  await expect(zone).toHaveAccessibleDescription(/没有这个时区/);
  const queued = page.getByRole("spinbutton", { name: "排队多久才受理" }).first();
  await queued.fill("-1");
  await expect(queued).toHaveAccessibleDescription("不能小于 0");
  await expect(simulate).toBeDisabled();
  await queued.fill("0");
  await zone.fill("Asia/Shanghai");
  await simulate.click();
  await expect(page.getByRole("list", { name: "推演时间线" })).toBeVisible();
});
