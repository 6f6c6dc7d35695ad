import { type APIRequestContext, expect, type Page } from "@playwright/test";

/** The members of the demo school, and those who run the installation. */
export const logins = {
  owner: { email: "owner@zhixing.example", name: "王校长" },
  operator: { email: "operator@zhixing.example", name: "李老师" },
  reviewer: { email: "reviewer@zhixing.example", name: "赵主任" },
  platform: { email: "operator1@platform.example", name: "孙运营" },
  secondPlatform: { email: "operator2@platform.example", name: "周运营" },
} as const;

export type Login = keyof typeof logins;

export const password = "tidings-demo-2026";

/** Signs the page's browser in; the next `goto` shows the console as that member sees it. */
export async function signIn(page: Page, login: Login): Promise<void> {
  const { email } = logins[login];
  await callApi(page.request, "POST", "/v1/session", { email, password });
}

/** Calls the API as the member whom the page is signed in as: for what a test only needs to be there. */
export async function callApi<Answer>(
  request: APIRequestContext,
  method: string,
  path: string,
  data?: unknown,
): Promise<Answer> {
  const response = await request.fetch(path, { method, data, headers: { "X-Tidings-Console": "1" } });
  expect(response.ok(), `${method} ${path} answers ${response.status()}: ${await response.text()}`).toBe(
    true,
  );
  return response.status() === 204 ? (undefined as Answer) : response.json();
}
