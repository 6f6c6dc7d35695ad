/** ES256: ECDSA on P-256. RS256: RSASSA-PKCS1-v1_5. Both with SHA-256. */
export const SIGNED_TOKEN_ALGORITHMS = ["ES256", "RS256"] as const;
export type SignedTokenAlgorithm = (typeof SIGNED_TOKEN_ALGORITHMS)[number];

/**
 * A JSON Web Token (RFC 7519) that the host signs with a key of the channel. The host adds `alg`, `iat` and, where a
 * lifetime is given, `exp`.
 *
 * In its texts `${settings.<name>}` and `${secrets.<name>}` stand for values of the settings form. A secret that is a JSON
 * document, such as the key file of a service account, is read with a JSON Pointer: `${secrets.account/client_email}`.
 */
export interface SignedToken {
  algorithm: SignedTokenAlgorithm;
  /** The private key, PEM with PKCS #8: one secret and nothing else, `${secrets.<name>}`, with a JSON Pointer or without. */
  key: string;
  /** Fields of the header besides `alg`. */
  header?: Record<string, string>;
  /** The claims besides `iat` and `exp`. */
  claims?: Record<string, string | number | boolean>;
  /** From `iat` to `exp`, seconds, 60 to 86,400; without it the token has no `exp`. */
  lifetimeSeconds?: number;
}
