/** Whom a message goes to, and by which of the vendor's names. */
export interface Receiver {
  type: "open_id" | "union_id" | "user_id" | "email";
  id: string;
}

const USER_ID = /^[A-Za-z0-9_-]{1,64}$/;
const EMAIL = /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,189}$/;

/**
 * Reads an address by its form: `ou_…` is an open id, `on_…` a union id, what has an @ an email address, anything else
 * the company's own user id. `oc_…` is a chat, which may be a whole company: a delivery goes to one person.
 * https://open.feishu.cn/document/home/user-identity-introduction/introduction
 */
export function readReceiver(address: string): Receiver | undefined {
  if (EMAIL.test(address)) return { type: "email", id: address };
  if (!USER_ID.test(address) || address.startsWith("oc_")) return undefined;
  if (address.startsWith("ou_")) return { type: "open_id", id: address };
  return { type: address.startsWith("on_") ? "union_id" : "user_id", id: address };
}
