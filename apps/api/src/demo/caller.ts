import type { Router } from "../platform/http/index.ts";

/** Calls the API in process as a signed-in member; throws with the problem's text when it does not succeed. */
export type Call = <Result = unknown>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Result>;

export async function createCaller(
  app: Pick<Router, "request">,
  publicUrl: string,
  email: string,
  password: string,
): Promise<Call> {
  const base = { "content-type": "application/json", "x-tidings-console": "1" };
  const signIn = await app.request(`${publicUrl}/v1/session`, {
    method: "POST",
    headers: base,
    body: JSON.stringify({ email, password }),
  });
  if (!signIn.ok) throw new Error(`The demo cannot sign in as ${email}: ${await signIn.text()}`);
  const cookie = (signIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

  return async <Result>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await app.request(`${publicUrl}${path}`, {
      method,
      headers: { ...base, ...headers, cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return (text ? JSON.parse(text) : undefined) as Result;
  };
}
