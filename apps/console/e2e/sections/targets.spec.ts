import { expect, type Page, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

interface Named {
  id: string;
  name: string;
}

async function firstSegment(page: Page): Promise<string> {
  const { items } = await callApi<{ items: Named[] }>(page.request, "GET", "/v1/segments");
  return items[0]?.id ?? "";
}

for (const look of looks) {
  test(`departments and segments are accessible and fit at ${look.name}`, async ({ browser }) => {
    const page = await openSignedIn(browser, look, "owner");
    const { items } = await callApi<{ items: Named[] }>(page.request, "GET", "/v1/departments");
    const grade = items.find(({ name }) => name === "2024级");
    await expectScreen(page, `/departments?id=${grade?.id}`, `departments-${look.name}`);
    await expectScreen(page, "/segments", `segments-${look.name}`);
    await expectScreen(page, "/segments/new", `segment-new-${look.name}`);
    await expectScreen(page, `/segments/${await firstSegment(page)}`, `segment-${look.name}`);
    await page.context().close();
  });
}

test("the tree is walked with the keyboard, and leads to the users of a department", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/departments");
  const root = page.getByRole("treeitem", { name: /^在校生/ });
  await root.focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("treeitem", { name: /^2022级/ })).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("treeitem", { name: /^2022级/ })).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("treeitem", { name: /^2023级/ })).toBeFocused();
  await expect(page.getByRole("heading", { name: "2023级" })).toBeVisible();
  await page.getByRole("link", { name: "查看用户" }).click();
  await expect(page.getByRole("combobox", { name: "部门" })).toHaveValue(/^dep_/);
  await expect(page.getByRole("table").getByRole("link")).toHaveCount(8);
});

test("a department is created, moved and deleted, and refused while it has children", async ({ page }) => {
  const [name, child] = [`临时年级 ${Date.now()}`, `三班 ${Date.now()}`];
  await signIn(page, "owner");
  await page.goto("/departments");
  await page.getByRole("button", { name: "新建部门" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("部门名称").fill(name);
  await screenshot(page, "department-new");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "创建部门" }).click();
  await expect(page.getByRole("heading", { name })).toBeVisible();

  await page.getByRole("button", { name: "新建下级" }).click();
  await dialog.getByLabel("部门名称").fill(child);
  await dialog.getByRole("button", { name: "创建部门" }).click();
  await expect(page.getByRole("heading", { name: child })).toBeVisible();

  await page.getByRole("treeitem", { name: new RegExp(name) }).click();
  await page.getByRole("button", { name: `${name}的操作` }).click();
  await page.getByRole("menuitem", { name: "删除部门" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "删除部门" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("它还有下级部门");
  await page.getByRole("alertdialog").getByRole("button", { name: "取消" }).click();

  await page.getByRole("treeitem", { name: new RegExp(`^${child}`) }).click();
  await page.getByRole("button", { name: "编辑" }).click();
  await dialog.getByLabel("上级部门").selectOption({ label: "无（顶级）" });
  await dialog.getByRole("button", { name: "保存" }).click();
  for (const gone of [child, name]) {
    await page.getByRole("treeitem", { name: new RegExp(`^${gone}`) }).click();
    await page.getByRole("button", { name: `${gone}的操作` }).click();
    await page.getByRole("menuitem", { name: "删除部门" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "删除部门" }).click();
    await expect(page.getByRole("treeitem", { name: new RegExp(`^${gone}`) })).toBeHidden();
  }
});

test("a segment's rule is put together with a live count, saved, found again and deleted", async ({
  page,
}) => {
  const name = `测试分群 ${Date.now()}`;
  await signIn(page, "operator");
  await page.goto("/segments/new");
  await page.getByLabel("分群名称").fill(name);
  await page.getByRole("button", { name: "创建分群" }).click();
  await expect(page.getByLabel("属性名")).toHaveAccessibleDescription(/不能为空|必填|请填写/);
  await screenshot(page, "segment-errors");
  await expectAccessible(page);
  await page.getByLabel("属性名").fill("grade");
  await page.getByLabel("值", { exact: true }).fill("2023级");
  await expect(page.getByText("当前匹配 8 人")).toBeVisible();
  await page.getByRole("button", { name: "添加条件", exact: true }).click();
  await page.getByLabel("条件类型").nth(1).selectOption({ label: "部门" });
  await page.getByLabel("部门", { exact: true }).selectOption({ label: "在校生 / 2023级 / 一班" });
  await expect(page.getByText("当前匹配 4 人")).toBeVisible();
  await screenshot(page, "segment-edited");
  await page.getByRole("button", { name: "创建分群" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByText("当前匹配 4 人")).toBeVisible();
  await page.getByRole("button", { name: "更多操作" }).click();
  await page.getByRole("menuitem", { name: "删除分群" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "删除分群" }).click();
  await expect(page).toHaveURL(/\/segments$/);
});

test("a message is written to departments and to a segment, with how many they are", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: "部门", exact: true }).check();
  await page.getByRole("combobox", { name: "选择部门" }).fill("2024级 / 一班");
  await page.getByRole("option", { name: /2024级 \/ 一班/ }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("radio", { name: /^部门 共 4 人/ })).toBeVisible();
  await screenshot(page, "compose-departments");
  await expectAccessible(page);
  await page.getByRole("radio", { name: "分群", exact: true }).check();
  await page.getByRole("combobox", { name: "分群" }).selectOption({ label: "2024级住校生" });
  await expect(page.getByRole("radio", { name: /^分群 共 3 人/ })).toBeVisible();
  await screenshot(page, "compose-segment");
  await expectAccessible(page);
});

test("an uploaded file shows its good and bad rows, and its columns fill the variables", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: /^文件上传/ }).check();
  await screenshot(page, "compose-file");
  await expectAccessible(page);
  const rows = [
    "userId,course,rate",
    "2024001,高等数学,72%",
    "2024002,,80%",
    ",没有收件人,1%",
    "2024001,again,1%",
  ];
  await page.getByLabel("名单文件").setInputFiles({
    name: "出勤名单.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(rows.join("\r\n")),
  });
  await expect(page.getByText("可发送 2 行")).toBeVisible();
  await expect(page.getByText("1 行有问题，不会发送")).toBeVisible();
  await expect(page.getByRole("row", { name: "4 没有填收件人" })).toBeVisible();
  await expect(page.getByText("course 列有 1 行为空")).toBeVisible();
  await screenshot(page, "compose-file-uploaded");
  await expectAccessible(page);
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("combobox", { name: "模板" }).selectOption({ label: "出勤提醒（短信、邮件）" });
  await expect(page.getByText("来自文件里的同名列").first()).toBeVisible();
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("checkbox", { name: /^校园邮件/ }).check();
  await page.getByRole("button", { name: "下一步" }).click();
  await screenshot(page, "compose-file-check");
  await page.getByRole("button", { name: "发送", exact: true }).click();
  await expect(page).toHaveURL(/\/messages\/msg_/);
  await expect(page.getByText("文件“出勤名单.csv”里的 2 行")).toBeVisible();
});

test("a file that cannot be read says why, and another can be chosen", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/messages/new");
  await page.getByRole("radio", { name: /^文件上传/ }).check();
  await page.getByLabel("名单文件").setInputFiles({
    name: "名单.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("姓名,电话\n张三,1"),
  });
  await expect(page.getByText(/缺少名为 address 或 userId 的列/)).toBeVisible();
  await screenshot(page, "compose-file-refused");
  await expectAccessible(page);
});
