import { type APIRequestContext, type Browser, expect, type Page, test } from "@playwright/test";
import { expectScreen, openSignedIn } from "../server/expect-screen.ts";
import { callApi, type Login, signIn } from "../server/sign-in.ts";
import { expectAccessible } from "../support/axe.ts";
import { looks, screenshot } from "../support/looks.ts";

interface Source {
  id: string;
  code: string;
}

interface ApprovalRequest {
  id: string;
  contentHash: string;
  subject: { id: string };
}

const phone = looks[3];

/** A page of its own for each member who takes part. */
const openAs = (browser: Browser, login: Login): Promise<Page> => openSignedIn(browser, looks[0], login);

/** Sends as the fees system does, with a key of its own that is revoked at once. Answers the approval request. */
async function sendFees(page: Page, request: APIRequestContext, what: string): Promise<ApprovalRequest> {
  const { items: sources } = await callApi<{ items: Source[] }>(page.request, "GET", "/v1/sources");
  const keysOfFees = `/v1/sources/${sources.find(({ code }) => code === "fees")?.id}/api-keys`;
  const key = await callApi<{ id: string; key: string }>(page.request, "POST", keysOfFees);
  const response = await request.post("/v1/messages", {
    headers: { Authorization: `Bearer ${key.key}` },
    data: {
      audience: { kind: "users", userIds: ["2024001", "2024002"] },
      channels: ["school-sms"],
      content: { sms: { templateCode: "SMS_100003", text: `${what}{{content}}` } },
      variables: { content: "详见缴费系统。" },
    },
  });
  expect(await response.json()).toMatchObject({ outcome: "awaiting_approval" });
  const { id } = await response.json();
  await callApi(page.request, "DELETE", `${keysOfFees}/${key.id}`);
  const { items } = await callApi<{ items: ApprovalRequest[] }>(
    page.request,
    "GET",
    "/v1/approval-requests?state=pending&limit=100",
  );
  const found = items.find(({ subject }) => subject.id === id);
  if (!found) throw new Error("No approval was asked for.");
  return found;
}

for (const look of looks) {
  test(`approvals are accessible and fit at ${look.name}`, async ({ browser, request }) => {
    const page = await openSignedIn(browser, look, "owner");
    const { id } = await sendFees(page, request, `住宿费 1280 元，请在本周五前缴清。${look.name}`);
    await expectScreen(page, "/approvals", `approvals-${look.name}`);
    await expectScreen(page, "/approvals/all", `approvals-all-${look.name}`);
    await expectScreen(page, "/approvals/flow", `approvals-flow-${look.name}`);
    await expectScreen(page, `/approvals/${id}`, `approval-${look.name}`);
    await page.context().close();
  });
}

test("a message of the fees system is approved level by level, then delivered", async ({
  browser,
  request,
}) => {
  const owner = await openAs(browser, "owner");
  const text = `住宿费 ${Date.now()} 元已到缴费期。`;
  const { id, subject } = await sendFees(owner, request, text);

  await test.step("the owner waits for the reviewer", async () => {
    await owner.goto(`/approvals/${id}`);
    await expect(owner.getByText("现在由“部门审核”审核，不需要你操作。")).toBeVisible();
    await expect(owner.getByRole("button", { name: "通过" })).toHaveCount(0);
  });

  await test.step("the reviewer approves on a phone", async () => {
    const reviewer = await openSignedIn(browser, phone, "reviewer");
    await reviewer.goto("/approvals");
    await reviewer.getByRole("link", { name: new RegExp(text) }).click();
    await expect(reviewer.getByText("用户 2024001、2024002")).toBeVisible();
    await reviewer.getByRole("button", { name: "通过" }).click();
    await expect(reviewer.getByRole("alertdialog")).toContainText("通过后进入下一级：校长审核。");
    await screenshot(reviewer, "approval-approve");
    await expectAccessible(reviewer);
    await reviewer.getByRole("alertdialog").getByRole("button", { name: "通过" }).click();
    await expect(reviewer.getByText("赵主任 通过")).toBeVisible();
    await expect(reviewer.getByRole("button", { name: "通过" })).toHaveCount(0);
    await reviewer.goto("/approvals");
    await expect(reviewer.getByRole("link", { name: new RegExp(text) })).toHaveCount(0);
    await reviewer.context().close();
  });

  await test.step("the owner approves, and it is sent", async () => {
    await owner.reload();
    await owner.getByRole("button", { name: "通过" }).click();
    await expect(owner.getByRole("alertdialog")).toContainText("这是最后一级，通过后立即发送。");
    await owner.getByRole("alertdialog").getByRole("button", { name: "通过" }).click();
    await expect(owner.getByText("王校长 通过")).toBeVisible();
    await owner.getByRole("link", { name: "查看消息" }).click();
    await expect(owner).toHaveURL(`/messages/${subject.id}`);
    await expect(owner.getByRole("row", { name: /张伟.*已送达/ })).toBeVisible({ timeout: 45_000 });
    await expect(owner.getByText("已通过审核。")).toBeVisible();
    await screenshot(owner, "message-approved");
    await expectAccessible(owner);
  });
  await owner.context().close();
});

test("a rejection needs a reason, which everybody sees", async ({ browser, request }) => {
  const owner = await openAs(browser, "owner");
  const { id, subject } = await sendFees(owner, request, `金额写错的通知 ${Date.now()}`);
  const reviewer = await openAs(browser, "reviewer");
  await reviewer.goto(`/approvals/${id}`);
  await reviewer.getByRole("button", { name: "驳回" }).click();
  const dialog = reviewer.getByRole("dialog");
  await dialog.getByRole("button", { name: "驳回" }).click();
  await expect(dialog.getByRole("alert")).toContainText("请填写此项");
  await screenshot(reviewer, "approval-reject");
  await expectAccessible(reviewer);
  await dialog.getByLabel("驳回理由").fill("金额应为 1180 元");
  await dialog.getByRole("button", { name: "驳回" }).click();
  await expect(reviewer.getByText("理由：金额应为 1180 元")).toBeVisible();
  await screenshot(reviewer, "approval-rejected");
  await owner.goto(`/messages/${subject.id}`);
  await expect(owner.getByText("审核未通过，这条消息不会发送。")).toBeVisible();
  await reviewer.context().close();
  await owner.context().close();
});

test("a decision that comes too late is told so, and sees where things stand", async ({
  browser,
  request,
}) => {
  const owner = await openAs(browser, "owner");
  const { id, contentHash } = await sendFees(owner, request, `同时审核的通知 ${Date.now()}`);
  const reviewer = await openAs(browser, "reviewer");
  await reviewer.goto(`/approvals/${id}`);
  await reviewer.getByRole("button", { name: "通过" }).click();
  await callApi(reviewer.request, "POST", `/v1/approval-requests/${id}/decisions`, {
    decision: "reject",
    reason: "在另一个窗口驳回",
    contentHash,
  });
  await reviewer.getByRole("alertdialog").getByRole("button", { name: "通过" }).click();
  await expect(reviewer.getByText("理由：在另一个窗口驳回")).toBeVisible();
  await expect(reviewer.getByText("已经有人做出决定，页面已更新为最新状态。")).toBeVisible();
  await screenshot(reviewer, "approval-too-late");
  await reviewer.context().close();
  await owner.context().close();
});

test("who neither approves nor sets the flow up reads both", async ({ page }) => {
  await signIn(page, "operator");
  await page.goto("/approvals");
  await expect(page).toHaveURL("/approvals/all");
  await page.getByRole("link", { name: "审核流程" }).click();
  await expect(page.getByText(/^部门审核：.+中任意一人通过即可$/)).toBeVisible();
  await expect(page.getByRole("button", { name: "保存" })).toHaveCount(0);
});
