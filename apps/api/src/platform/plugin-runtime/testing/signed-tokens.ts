import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { JwtScheme, PluginManifest } from "@tidings/sdk/plugin";
import { hostOfSetting, manifestWith } from "./plugins.ts";
import { secretNamed } from "./token-vendor.ts";

/** A key as the form takes it. */
export const pemOf = (key: KeyObject): string => String(key.export({ type: "pkcs8", format: "pem" }));

export const makeSigningKey = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });

/** A scheme of tokens signed with the secret `token`, for forty minutes each. */
export function jwtScheme(overrides: Partial<JwtScheme> = {}): JwtScheme {
  return {
    type: "jwt",
    token: {
      algorithm: "ES256",
      key: secretNamed("token"),
      header: { kid: "k1" },
      claims: { iss: hostOfSetting("endpoint") },
    },
    reuseSeconds: 2400,
    placement: { in: "header", name: "authorization", prefix: "Bearer " },
    refusal: { code: "/reason", codes: ["ExpiredToken"] },
    ...overrides,
  };
}

export const withJwt = (overrides: Partial<JwtScheme> = {}): PluginManifest =>
  manifestWith({ auth: { api: jwtScheme(overrides) } });
