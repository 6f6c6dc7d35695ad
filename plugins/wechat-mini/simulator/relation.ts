/** What a user's OpenID says about them by how it ends; this is what tests choose it for. */
export type Relation = "user" | "unlucky" | "invalid";

export function relationOf(openId: string): Relation {
  if (!/^[A-Za-z0-9_-]{10,64}$/.test(openId) || openId.endsWith("gone")) return "invalid";
  return openId.endsWith("fail") ? "unlucky" : "user";
}
