import type { TokenPlacement, TokenRefusal } from "./access-token.ts";
import type { SignedToken } from "./signed-token.ts";

/**
 * A signed token that requests carry as it is. The host signs one for all its processes and uses it for `reuseSeconds`:
 * vendors refuse old ones, and some refuse who comes with a new one too often.
 *
 * @example
 * {
 *   "type": "jwt",
 *   "token": {
 *     "algorithm": "ES256",
 *     "key": "${secrets.signingKey}",
 *     "header": { "kid": "${settings.keyId}" },
 *     "claims": { "iss": "${settings.teamId}" }
 *   },
 *   "reuseSeconds": 2700,
 *   "placement": { "in": "header", "name": "authorization", "prefix": "Bearer " }
 * }
 */
export interface JwtScheme {
  type: "jwt";
  token: SignedToken;
  /** How long one token serves, seconds, 60 to 86,400; less than its `lifetimeSeconds`. */
  reuseSeconds: number;
  placement: TokenPlacement;
  /** How an answer says that the token has ended; the request is then repeated, once, with another. */
  refusal?: TokenRefusal;
}
