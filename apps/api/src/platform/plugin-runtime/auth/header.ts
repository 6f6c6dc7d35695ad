import type { Authenticator } from "./authenticator.ts";

export function header(name: string, value: string): Authenticator {
  const headers = { [name.toLowerCase()]: value };
  return { headersFor: () => headers, derivedSecrets: [] };
}
