import type { CreateSuppression, Suppression } from "#lib/api/client.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { atMost, required } from "#lib/forms/rules.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import {
  entriesFault,
  firstKind,
  type RecipientsDraft,
  recipientRef,
} from "#lib/recipients/recipient-entries.ts";

const MAX_NOTE_LENGTH = 200;
const DAY_MS = 86_400_000;

/** What is to be suppressed, while it is typed. */
export interface EntryDraft extends RecipientsDraft {
  /** Empty: for the whole tenant. */
  sourceId: string;
  origin: Suppression["origin"];
  /** Days; empty: without an end. */
  days: string;
  note: string;
}

export const emptyEntryDraft = (plugins: PluginCatalogue): EntryDraft => ({
  of: "addresses",
  kind: firstKind(plugins),
  entries: [],
  sourceId: "",
  origin: "manual",
  days: "",
  note: "",
});

export const checkEntryDraft = (draft: EntryDraft, plugins: PluginCatalogue): FieldErrors => ({
  kind: draft.of === "addresses" ? required(draft.kind) : undefined,
  entries: entriesFault(draft, plugins),
  note: atMost(draft.note, MAX_NOTE_LENGTH),
});

/** The entries as the API takes them. */
export function sentEntries(draft: EntryDraft, now: number): CreateSuppression[] {
  const { of, entries, kind, sourceId, origin, days, note } = draft;
  return entries.map((entry) => ({
    ...recipientRef(of, entry),
    ...(kind ? { kind } : {}),
    ...(sourceId ? { sourceId } : {}),
    origin,
    ...(days ? { expiresAt: new Date(now + Number(days) * DAY_MS).toISOString() } : {}),
    ...(note.trim() ? { note: note.trim() } : {}),
  }));
}
