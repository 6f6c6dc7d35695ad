import type { Authenticator } from "./authenticator.ts";

export function bearer(token: string): Authenticator {
  const headers = { authorization: `Bearer ${token}` };
  return { headersFor: () => headers, derivedSecrets: [] };
}
