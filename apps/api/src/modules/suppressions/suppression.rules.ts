import type { PluginManifest } from "@tidings/sdk/plugin";
import type { FieldProblem } from "../../platform/errors.ts";
import { checkAddress, maskAddress } from "../users/index.ts";

/** How an entry came about. */
export const SUPPRESSION_ORIGINS = ["manual", "unsubscribed", "hard_bounce", "complaint", "vendor"] as const;
export type SuppressionOrigin = (typeof SUPPRESSION_ORIGINS)[number];

/** Why a delivery to a suppressed recipient was not sent, by how the entry came about. */
export const SUPPRESSION_REASONS: Record<SuppressionOrigin, string> = {
  manual: "suppressed_by_tenant",
  unsubscribed: "unsubscribed",
  hard_bounce: "address_dead",
  complaint: "complained",
  vendor: "suppressed_by_vendor",
};

/** What has to be known of the installed plugins. */
export interface PluginCatalogue {
  list(): readonly { manifest: Pick<PluginManifest, "kind" | "address"> }[];
}

/** A user by the tenant's own id, or an address of a channel kind; exactly one of the two. */
export interface RecipientRef {
  userId?: string | undefined;
  /** With a user: only this kind. */
  kind?: string | undefined;
  address?: string | undefined;
}

/** Everything that is wrong with who is named; `knownUsers` are those of the named that exist. */
export function checkRecipient(
  plugins: PluginCatalogue,
  { userId, kind, address }: RecipientRef,
  knownUsers: Pick<ReadonlySet<string>, "has">,
): FieldProblem[] {
  if (userId !== undefined && !knownUsers.has(userId)) {
    return [{ pointer: "/userId", detail: `There is no user "${userId}".`, code: "unknown_user" }];
  }
  if (kind === undefined) return [];
  if (address !== undefined) {
    const problem = checkAddress(plugins, { kind, address: inFull(address) }, "");
    return problem ? [problem] : [];
  }
  const kinds = [...new Set(plugins.list().map(({ manifest }) => manifest.kind))].sort();
  if (kinds.includes(kind)) return [];
  const detail = `No installed plugin serves the channel kind "${kind}"; there are: ${kinds.join(", ")}.`;
  return [{ pointer: "/kind", detail, code: "unknown_kind" }];
}

/** `@` and a domain stand for every address in it, and have to be the end of a proper one. */
const inFull = (address: string): string => (address.startsWith("@") ? `x${address}` : address);

/** What a person who may not see addresses sees; a whole domain is nobody's address. */
export const maskRecipient = (address: string): string =>
  address.startsWith("@") ? address : maskAddress(address);

/** Exactly one of user and address, and an address with its kind: where that goes wrong, and how to mend it. */
export function misnamed({ userId, kind, address }: RecipientRef): { path: string; message: string } | null {
  if ((userId === undefined) === (address === undefined)) {
    return { path: "userId", message: "Give either a user or an address." };
  }
  if (address !== undefined && kind === undefined) {
    return { path: "kind", message: "Say of which channel kind the address is." };
  }
  return null;
}
