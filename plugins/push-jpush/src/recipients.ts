import { type Settings, sizeOf } from "@tidings/sdk/plugin";

/** How the channel names devices: by the id that the app got, or by the name that the app has bound it to. */
export type AudienceKind = "registration_id" | "alias";

export const audienceOf = ({ audience }: Settings): AudienceKind =>
  audience === "alias" ? "alias" : "registration_id";

const MAX_ALIAS_BYTES = 40;
const FORMS: Record<AudienceKind, RegExp> = {
  registration_id: /^[0-9A-Za-z]{4,40}$/,
  alias: /^[\p{Script=Han}0-9A-Za-z_@!#$&*+=.|￥]+$/u,
};

/** Whether the vendor can know anybody by this address: one bad address may cost a whole call. */
export function isRecipient(kind: AudienceKind, address: string): boolean {
  return FORMS[kind].test(address) && sizeOf(address) <= MAX_ALIAS_BYTES;
}
