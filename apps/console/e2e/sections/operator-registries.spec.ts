import { expect, test } from "@playwright/test";
import { openSignedIn } from "../server/expect-screen.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

test("registries are put in another order by the keyboard, and an address that cannot be asked says why", async ({
  browser,
}) => {
  const page = await openSignedIn(browser, looks[0], "platform");
  await page.goto("/operator/marketplace/registries");
  const names = page.getByRole("list", { name: "插件源" }).getByRole("heading", { level: 2 });
  await expect(names.nth(1)).toBeVisible();
  const before = await names.allInnerTexts();
  await page.getByRole("button", { name: /^下移/ }).first().press("Enter");
  await expect(names.first()).toHaveText(before[1] ?? "");
  await expect(page.getByRole("button", { name: `下移“${before[0]}”` })).toBeFocused();
  await page.getByRole("button", { name: /^上移/ }).nth(1).press("Enter");
  await expect(names.first()).toHaveText(before[0] ?? "");

  await page.getByRole("button", { name: "添加插件源" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("地址").fill("https://127.0.0.1:1/");
  await dialog.getByRole("button", { name: "查看" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await expectAccessible(page);
  await screenshot(page, "registry-refused");
  await page.context().close();
});

test("a registry is deleted when nothing is installed from it, and else says what is", async ({
  browser,
}) => {
  const page = await openSignedIn(browser, looks[0], "platform");
  // No server that could be a registry is public here: the answers are those of the API's own tests.
  let isThere = true;
  let isUsed = true;
  const remote = {
    id: "reg_01",
    kind: "remote",
    name: "友校插件源",
    url: "https://plugins.example/",
    priority: 9,
  };
  const failure = [{ code: "index_older", params: { sequence: 1, known: 2 }, at: [], detail: "older" }];
  const rest = { keys: [], isOn: true, sequence: 2, listedCount: 3, syncedAt: null, failure };
  await page.route("**/v1/operator/registries", async (route) => {
    const response = await route.fetch();
    const { items } = (await response.json()) as { items: object[] };
    await route.fulfill({ response, json: { items: isThere ? [...items, { ...remote, ...rest }] : items } });
  });
  await page.route("**/v1/operator/registries/reg_01", async (route) => {
    const errors = [
      {
        pointer: "",
        detail: "",
        code: "installed_from_it",
        params: { pluginId: "acme/sms", tenantCount: 2 },
      },
    ];
    const problem = { type: "", title: "", status: 409, detail: "", code: "registry-in-use", errors };
    isThere = isUsed;
    if (isUsed) await route.fulfill({ status: 409, contentType: "application/problem+json", json: problem });
    else await route.fulfill({ status: 204 });
  });
  await page.goto("/operator/marketplace/registries");
  await expect(page.getByText("索引序号是 1，之前已读到 2")).toBeVisible();
  await screenshot(page, "registry-failed");
  const remove = async () => {
    await page.getByRole("button", { name: "删除“友校插件源”" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "删除" }).click();
  };
  await remove();
  const refused = page.getByRole("dialog", { name: "“友校插件源”还在使用，不能删除" });
  await expect(refused.getByRole("listitem")).toHaveText(/acme\/sms\s+2 个租户/);
  await expectAccessible(page);
  await screenshot(page, "registry-in-use");
  await refused.getByRole("button", { name: "关闭" }).first().click();
  isUsed = false;
  await remove();
  await expect(page.getByRole("heading", { name: "友校插件源" })).toHaveCount(0);
  await page.context().close();
});
