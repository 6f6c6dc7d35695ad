import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { CookieOptions } from "hono/utils/cookie";
import { SESSION_MAX_MS } from "./session.rules.ts";

const NAME = "td_session";

/** How the console's session travels. */
export interface SessionCookie {
  read(c: Context): string | undefined;
  write(c: Context, token: string): void;
  clear(c: Context): void;
}

/** Over https the name starts with `__Host-`: browsers then take it from this very host and with `Secure` only. */
export function createSessionCookie(publicUrl: string): SessionCookie {
  const https = new URL(publicUrl).protocol === "https:";
  const options: CookieOptions = {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: https,
    ...(https ? { prefix: "host" as const } : {}),
  };
  return {
    read: (c) => getCookie(c, NAME, options.prefix),
    write: (c, token) => setCookie(c, NAME, token, { ...options, maxAge: SESSION_MAX_MS / 1_000 }),
    clear: (c) => void deleteCookie(c, NAME, options),
  };
}
