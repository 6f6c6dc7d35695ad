import type { Plugin } from "#lib/api/client.ts";
import { m } from "#messages";

const levels: Record<Plugin["level"], () => string> = {
  pure: m.marketplace_level_pure,
  native: m.marketplace_level_native,
};

export const levelText = (level: Plugin["level"]): string => levels[level]();

const schemes: Record<string, () => string> = {
  bearer: m.marketplace_auth_bearer,
  basic: m.marketplace_auth_basic,
  header: m.marketplace_auth_header,
  query: m.marketplace_auth_query,
  acs3: m.marketplace_auth_acs3,
  tc3: m.marketplace_auth_tc3,
  "standard-webhooks": m.marketplace_auth_standard_webhooks,
  hmac: m.marketplace_auth_hmac,
  jwt: m.marketplace_auth_jwt,
  "access-token": m.marketplace_auth_access_token,
};

/** A later protocol may know schemes that the console has no word for. */
export const authText = (scheme: string): string => schemes[scheme]?.() ?? scheme;
