import { expect, test } from "@playwright/test";
import { expectAccessible } from "../support/axe.ts";
import { looks, openWithLook, screenshot } from "../support/looks.ts";

const rooms = [
  { name: "primitives", path: "/" },
  { name: "table", path: "/table" },
  { name: "table-loading", path: "/table?mode=loading" },
  { name: "table-failed", path: "/table?mode=failed" },
  { name: "table-empty", path: "/table?mode=empty" },
  { name: "table-nothing-found", path: "/table?q=xyz" },
  { name: "forms", path: "/forms" },
  { name: "charts", path: "/charts" },
];

for (const look of looks) {
  for (const room of rooms) {
    test(`${room.name} is accessible and fits at ${look.name}`, async ({ browser, baseURL }) => {
      const page = await openWithLook(browser, look);
      await page.goto(baseURL + room.path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await screenshot(page, `gallery-${room.name}-${look.name}`);
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
      await page.context().close();
    });
  }
}

test("a confirmation says what will happen, waits, and closes", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "停止发送" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("81,204");
  await screenshot(page, "gallery-confirm");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "停止发送" }).click();
  await expect(dialog).toBeHidden();
});

test("toasts are readable and can be closed", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "成功提示" }).click();
  await page.getByRole("button", { name: "失败提示" }).click();
  await expect(page.getByText("模板已发布")).toBeVisible();
  await page.waitForTimeout(400);
  await page.screenshot({ path: "test-results/screenshots/gallery-toasts.png" });
  await expectAccessible(page);
});

test("a menu and a dialog work by keyboard", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "更多操作" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem").first()).toBeFocused();
  await page.screenshot({ path: "test-results/screenshots/gallery-menu.png" });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "打开对话框" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.screenshot({ path: "test-results/screenshots/gallery-dialog.png" });
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "打开对话框" })).toBeFocused();
});

test("filters live in the address and survive going back", async ({ page }) => {
  await page.goto("/table");
  await page.getByRole("searchbox").fill("图书馆");
  await expect(page.getByTestId("address")).toContainText("q=");
  await expect(page.getByRole("row")).toHaveCount(6);
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("图书馆");
  await page.getByRole("button", { name: "清除筛选" }).click();
  await expect(page.getByRole("searchbox")).toHaveValue("");
  await expect(page.getByRole("row")).toHaveCount(9);
});

test("rows load page by page, sort, and are chosen in bulk", async ({ page }) => {
  await page.goto("/table");
  await page.getByRole("button", { name: "加载更多" }).click();
  await expect(page.getByRole("row")).toHaveCount(17);
  await page.getByRole("button", { name: "消息", exact: true }).click();
  await expect(page.getByRole("columnheader", { name: "消息" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("checkbox", { name: "选择全部行" }).check();
  await expect(page.getByText("批量重发（8）")).toBeVisible();
  await page.screenshot({ path: "test-results/screenshots/gallery-selection.png" });
  // The row's link lies over the cell.
  await page.getByRole("cell", { name: "已送达" }).first().click({ force: true });
  await expect(page).toHaveURL(/message=/);
});

test("a faulty form jumps to its fields and keeps what was typed", async ({ page }) => {
  await page.goto("/forms");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("alert")).toBeFocused();
  await page.getByRole("link", { name: /^名称/ }).click();
  await expect(page.getByLabel("名称")).toBeFocused();
  await page.getByLabel("名称").fill("教务");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("名称“教务”已被使用").last()).toBeVisible();
  await screenshot(page, "gallery-form-errors");
  await expectAccessible(page);
  await page.getByRole("link", { name: "取消" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("还没有保存");
  await page.screenshot({ path: "test-results/screenshots/gallery-unsaved.png" });
  await page.getByRole("button", { name: "不保存，离开" }).click();
  await expect(page).toHaveURL("/table");
});

test("pasted numbers become chips, and a combobox works by keyboard", async ({ page }) => {
  await page.goto("/forms");
  await page.getByLabel("手机号码").fill("13800138000，13900139000");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "移除 13900139000" })).toBeVisible();
  await page.getByRole("combobox", { name: "标签" }).focus();
  await page.keyboard.type("研究");
  await page.keyboard.press("ArrowDown");
  await page.screenshot({ path: "test-results/screenshots/gallery-combobox.png" });
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "移除 2024 级研究生" })).toBeVisible();
});

test("many choices are searched, and what is chosen stays in sight", async ({ page }) => {
  await page.goto("/forms");
  const channels = page.getByRole("group", { name: "备用通道" });
  await expect(channels.getByRole("checkbox")).toHaveCount(40);
  await channels.getByRole("searchbox", { name: "搜索" }).fill("39");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(channels.getByRole("checkbox", { name: "学院短信 1 短信" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect(channels.getByRole("checkbox")).toHaveCount(2);
  await expect(channels.getByRole("checkbox", { name: "学院短信 39" })).toBeChecked();
  await screenshot(page, "gallery-choices");
  await channels.getByRole("searchbox").fill("没有");
  await expect(channels.getByRole("checkbox")).toHaveCount(2);
});

test("a stored secret is not shown and can be replaced", async ({ page }) => {
  await page.goto("/forms");
  await expect(page.getByText("为保障信息安全，系统不再明文显示秘钥。")).toBeVisible();
  await page.getByRole("button", { name: "更换" }).click();
  await expect(page.getByLabel("密码或授权码")).toHaveValue("");
  await page.getByRole("button", { name: "不更换" }).click();
  await expect(page.getByText(/已设置/)).toBeVisible();
});

test("a chart can be read as a table", async ({ page }) => {
  await page.goto("/charts");
  await page.getByRole("button", { name: "以表格查看" }).first().click();
  await expect(page.getByRole("table", { name: "推送趋势" })).toBeVisible();
  await expectAccessible(page);
});

test.describe("under the content security policy", () => {
  test.use({ bypassCSP: false });

  for (const { name, path } of rooms.filter((room) => !room.path.includes("?"))) {
    test(`${name} breaks no rule`, async ({ page }) => {
      const violations: string[] = [];
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) violations.push(message.text());
      });
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      expect(violations).toEqual([]);
    });
  }
});
