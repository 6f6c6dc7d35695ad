import type { Authenticator } from "./authenticator.ts";

export function basic(user: string, password: string): Authenticator {
  const credentials = Buffer.from(`${user}:${password}`).toString("base64");
  const headers = { authorization: `Basic ${credentials}` };
  return { headersFor: () => headers, derivedSecrets: [credentials] };
}
