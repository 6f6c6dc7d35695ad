import type { Permission } from "#lib/ability.ts";
import { consoleFetch } from "./console-fetch.ts";

/** Who is signed in, where, and what they may do. */
export interface Me {
  member: { id: string; name: string; email: string };
  tenant: { id: string; name: string; timeZone: string; locale: string };
  role: { code: string; name: string };
  permissions: Permission[];
}

export interface Credentials {
  email: string;
  password: string;
}

export async function getMe(): Promise<Me> {
  const response = await consoleFetch("/v1/me");
  return response.json();
}

export async function createSession(credentials: Credentials): Promise<Me> {
  const response = await consoleFetch("/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(credentials),
  });
  return response.json();
}

export async function deleteSession(): Promise<void> {
  await consoleFetch("/v1/session", { method: "DELETE" });
}
