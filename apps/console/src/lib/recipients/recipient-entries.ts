import { m } from "#messages";
import { first, required } from "../forms/rules.ts";
import type { PluginCatalogue } from "../plugins/plugin-catalogue.ts";

/** Entries that one call takes. */
export const MAX_ENTRIES = 1000;

/** Users or addresses, while they are typed or pasted. */
export interface RecipientsDraft {
  of: "users" | "addresses";
  /** Of the addresses; with users empty for every kind. */
  kind: string;
  /** Ids of users, or addresses. */
  entries: string[];
}

/** One of them as the API takes it. */
export const recipientRef = (of: RecipientsDraft["of"], entry: string) =>
  of === "users" ? { userId: entry } : { address: entry };

/** SMS is what most have. */
export const firstKind = ({ kinds }: PluginCatalogue): string =>
  kinds.includes("sms") ? "sms" : (kinds[0] ?? "");

const USER_ID = /^[A-Za-z0-9._@:-]{1,64}$/;

/** What is wrong with one of the entries. `@` and a domain stand for every address in it. */
export function entryFault(
  { of, kind }: Pick<RecipientsDraft, "of" | "kind">,
  entry: string,
  plugins: PluginCatalogue,
): string | undefined {
  if (of === "users") return USER_ID.test(entry) ? undefined : m.users_id_wrong();
  const address = entry.startsWith("@") ? `x${entry}` : entry;
  return plugins.isAddress(kind, address)
    ? undefined
    : m.users_address_wrong({ address: plugins.addressName(kind) });
}

/** What is wrong with them together. */
export function entriesFault(draft: RecipientsDraft, plugins: PluginCatalogue): string | undefined {
  const faulty = draft.entries.filter((entry) => entryFault(draft, entry, plugins)).length;
  return first(
    required(draft.entries),
    draft.entries.length > MAX_ENTRIES ? m.compose_error_too_many({ limit: MAX_ENTRIES }) : undefined,
    faulty > 0 ? m.entries_faulty({ count: faulty }) : undefined,
  );
}
