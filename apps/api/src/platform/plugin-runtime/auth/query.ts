import type { Authenticator } from "./authenticator.ts";

export function query(name: string, value: string): Authenticator {
  const params = { [name]: value };
  return { headersFor: () => ({}), queryFor: () => params, derivedSecrets: [] };
}
