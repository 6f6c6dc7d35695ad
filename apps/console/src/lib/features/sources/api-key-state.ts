import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import Clock from "@lucide/svelte/icons/clock";
import Expired from "@lucide/svelte/icons/timer-off";
import type { ApiKey } from "#lib/api/client.ts";
import type { StateLook } from "#lib/states/delivery-states.ts";
import { m } from "#messages";

/** `ending`: replaced by another key, and works on until it expires. */
export type ApiKeyState = "live" | "ending" | "expired" | "revoked";

export function apiKeyState(key: Pick<ApiKey, "expiresAt" | "revokedAt">, now = Date.now()): ApiKeyState {
  if (key.revokedAt) return "revoked";
  if (!key.expiresAt) return "live";
  return new Date(key.expiresAt).getTime() > now ? "ending" : "expired";
}

/** Whether the API still takes it. */
export function isLive(key: Pick<ApiKey, "expiresAt" | "revokedAt">, now = Date.now()): boolean {
  return ["live", "ending"].includes(apiKeyState(key, now));
}

export function apiKeyStateLook(state: ApiKeyState): StateLook {
  switch (state) {
    case "live":
      return { label: m.sources_key_live(), tone: "success", icon: Check };
    case "ending":
      return { label: m.sources_key_ending(), tone: "warning", icon: Clock };
    case "expired":
      return { label: m.sources_key_expired(), tone: "neutral", icon: Expired };
    case "revoked":
      return { label: m.sources_key_revoked(), tone: "neutral", icon: Ban };
  }
}
