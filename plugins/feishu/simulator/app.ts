import { randomBytes } from "node:crypto";

/** The one app of the simulated vendor, in one company. Its keys are made up for each start. */
export interface VendorApp {
  appId: string;
  appSecret: string;
}

export function openApp(): VendorApp {
  return {
    appId: `cli_${randomBytes(8).toString("hex")}`,
    appSecret: randomBytes(24).toString("base64url"),
  };
}

const FORMS: Record<string, RegExp> = {
  open_id: /^ou_[A-Za-z0-9_-]{1,61}$/,
  union_id: /^on_[A-Za-z0-9_-]{1,61}$/,
  user_id: /^[A-Za-z0-9_-]{1,64}$/,
  email: /^[^\s@]{1,64}@[^\s@]{1,189}$/,
};

/** The code with which a receiver is refused, by how the name ends; this is what tests choose it for. */
export function receiverFault(type: string | undefined, id: unknown): number | undefined {
  const form = FORMS[type ?? ""];
  if (!form || typeof id !== "string") return 99992402;
  if (!form.test(id)) return type === "open_id" ? 99992351 : 230001;
  const [name = ""] = id.split("@");
  if (name.endsWith("gone")) return 230013;
  return name.endsWith("stopped") ? 230053 : undefined;
}
