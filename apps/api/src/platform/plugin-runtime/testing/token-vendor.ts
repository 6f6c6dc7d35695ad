import type { AccessTokenScheme, PluginManifest } from "@tidings/sdk/plugin";
import { hostOfSetting, manifestWith } from "./plugins.ts";
import type { VendorBehaviour } from "./vendor-server.ts";

/** What stands for a secret in a token request. */
export const secretNamed = (name: string) => `\${secrets.${name}}`;

/** A scheme for the vendor of `TokenVendor`: the secret in the query of the token request, the token in that of calls. */
export function tokenScheme(overrides: Partial<AccessTokenScheme> = {}): AccessTokenScheme {
  return {
    type: "access-token",
    request: {
      method: "GET",
      url: `${hostOfSetting("endpoint")}/token`,
      query: { secret: secretNamed("token") },
    },
    answer: {
      token: "/access_token",
      lifetimeSeconds: "/expires_in",
      code: "/code",
      detail: "/message",
      transientCodes: ["busy"],
    },
    placement: { in: "query", name: "access_token" },
    refusal: { code: "/code", codes: ["expired"] },
    ...overrides,
  };
}

export const withTokens = (overrides: Partial<AccessTokenScheme> = {}): Partial<PluginManifest> => ({
  ...manifestWith(),
  auth: { api: tokenScheme(overrides) },
});

/** A vendor that gives tokens at `/token` for the right secret and takes the latest of them only. */
export class TokenVendor {
  secret = "tok-0123456789";
  lifetimeSeconds = 7200;
  givenCount = 0;
  /** Calls that carried the latest token, by path. */
  readonly taken: string[] = [];
  #latest = "";

  /** Ends the latest token before its time. */
  revoke(): void {
    this.#latest = "";
  }

  readonly behave: VendorBehaviour = ({ url, headers }, response) => {
    const { pathname, searchParams } = new URL(url, "http://vendor.test");
    if (pathname === "/token") return void response.end(this.#give(searchParams.get("secret")));
    const token = searchParams.get("access_token") ?? headers.authorization?.replace("Bearer ", "");
    if (token !== this.#latest) return void response.end('{"code":"expired","message":"token is old"}');
    this.taken.push(pathname);
    response.end(JSON.stringify({ code: 0, echo: `${token} ${this.secret}` }));
  };

  #give(secret: string | null): string {
    if (secret !== this.secret) {
      return JSON.stringify({ code: 40001, message: `secret ${secret} is wrong, from 203.0.113.9` });
    }
    this.givenCount += 1;
    this.#latest = `access-${this.givenCount}-of-the-vendor`;
    return JSON.stringify({ code: 0, access_token: this.#latest, expires_in: this.lifetimeSeconds });
  }
}
