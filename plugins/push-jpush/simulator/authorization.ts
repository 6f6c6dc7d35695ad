import { timingSafeEqual } from "node:crypto";
import type { Account } from "./account.ts";

/** HTTP Basic: https://docs.jiguang.cn/jpush/server/push/server_overview */
export function isAuthorized(header: string | undefined, { appKey, masterSecret }: Account): boolean {
  const expected = Buffer.from(`Basic ${Buffer.from(`${appKey}:${masterSecret}`).toString("base64")}`);
  const given = Buffer.from(header ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
