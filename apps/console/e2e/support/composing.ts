import type { Page } from "@playwright/test";

export const next = (page: Page) => page.getByRole("button", { name: "下一步" }).click();
export const send = (page: Page) => page.getByRole("button", { name: "发送", exact: true });

export async function chooseAddresses(page: Page, addresses: string[]): Promise<void> {
  await page.getByRole("radio", { name: /^自定义/ }).check();
  const field = page.getByRole("textbox", { name: "手机号" });
  for (const address of addresses) {
    await field.fill(address);
    await field.press("Enter");
  }
}

export async function chooseTemplate(page: Page, variables: Record<string, string>): Promise<void> {
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  for (const [name, value] of Object.entries(variables))
    await page.getByRole("textbox", { name, exact: true }).fill(value);
}

/** A message to one typed number, up to the last step. */
export async function writeToOneNumber(page: Page): Promise<void> {
  await page.goto("/messages/new");
  await chooseAddresses(page, ["15213130124"]);
  await next(page);
  await chooseTemplate(page, { user_name: "张伟", course: "高等数学", rate: "72%" });
  await next(page);
  await page.getByRole("checkbox", { name: /^校园短信/ }).check();
  await next(page);
}
