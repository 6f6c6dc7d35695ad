import type { Authenticator } from "./authenticator.ts";

export function query(name: string, value: string): Authenticator {
  return { headersFor: () => ({}), query: { name, value }, derivedSecrets: [] };
}
