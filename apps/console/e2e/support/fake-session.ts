import type { Page, Route } from "@playwright/test";

export const owner = {
  member: { id: "mem_1", name: "林晓", email: "lin@example.edu" },
  tenant: { id: "ten_1", name: "江城大学", timeZone: "Asia/Shanghai", locale: "zh-CN" },
  role: { code: "owner", name: "所有者" },
  permissions: [{ action: "manage", subject: "all" }],
  tenants: [{ id: "ten_1", name: "江城大学" }],
};

export const reviewer = {
  ...owner,
  role: { code: "reviewer", name: "审核员" },
  permissions: [
    { action: ["read", "approve"], subject: "ApprovalRequest" },
    { action: "read", subject: ["Message", "Template"] },
  ],
};

export function problem(route: Route, status: number, code: string, more: object = {}): Promise<void> {
  return route.fulfill({
    status,
    contentType: "application/problem+json",
    headers: { "x-request-id": "req_01JD5ZK3" },
    body: JSON.stringify({
      type: `https://tidings.dev/problems/${code}`,
      title: code,
      status,
      code,
      requestId: "req_01JD5ZK3",
      ...more,
    }),
  });
}

/** Answers `/v1/me` for this member, and 404 for what a test does not answer itself. */
export async function signedInAs(page: Page, me: typeof owner | typeof reviewer): Promise<void> {
  await page.route("**/v1/**", (route) => problem(route, 404, "not-found"));
  await page.route("**/v1/me", (route) => route.fulfill({ json: me }));
}
