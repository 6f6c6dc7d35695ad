import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import Expired from "@lucide/svelte/icons/timer-off";
import type { StateLook } from "#lib/states/delivery-states.ts";
import { m } from "#messages";

/** A key, which has no end of its own, or a token. */
type Credential = { revokedAt: string | null; expiresAt?: string };

/** Whether the API still takes it. */
export function isLive({ revokedAt, expiresAt }: Credential, now = Date.now()): boolean {
  return revokedAt === null && (expiresAt === undefined || new Date(expiresAt).getTime() > now);
}

export function credentialLook(credential: Credential, now = Date.now()): StateLook {
  if (credential.revokedAt !== null) return { label: m.publishers_revoked(), tone: "neutral", icon: Ban };
  return isLive(credential, now)
    ? { label: m.publishers_live(), tone: "success", icon: Check }
    : { label: m.publishers_expired(), tone: "neutral", icon: Expired };
}

/** What still works comes first, the newest on top. */
export function liveFirst<One extends Credential & { createdAt: string }>(credentials: One[]): One[] {
  return [...credentials].sort(
    (a, b) => Number(isLive(b)) - Number(isLive(a)) || b.createdAt.localeCompare(a.createdAt),
  );
}
