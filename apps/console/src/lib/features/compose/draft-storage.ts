import { session } from "../../session.svelte.ts";
import { type Draft, emptyDraft } from "./draft.ts";

const STORAGE_KEY = "tidings-draft";

interface Stored {
  memberId: string;
  tenantId: string;
  draft: Partial<Draft>;
}

/** What this member has left unsent in this tab. Somebody else's draft is nobody's business. */
export function storedDraft(): Draft | undefined {
  const stored = read();
  const me = session.me;
  if (!stored || stored.memberId !== me?.member.id || stored.tenantId !== me.tenant.id) return undefined;
  const empty = emptyDraft();
  return { ...empty, ...stored.draft, audience: { ...empty.audience, ...stored.draft.audience } };
}

export function storeDraft(draft: Draft): void {
  const me = session.me;
  if (!me || isUntouched(draft)) {
    forgetDraft();
    return;
  }
  const stored: Stored = { memberId: me.member.id, tenantId: me.tenant.id, draft };
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(stored));
  } catch {
    // Full or forbidden storage: the draft then lives as long as the page does.
  }
}

export function forgetDraft(): void {
  sessionStorage.removeItem(STORAGE_KEY);
}

function isUntouched(draft: Draft): boolean {
  const { idempotencyKey } = draft;
  return JSON.stringify(draft) === JSON.stringify({ ...emptyDraft(), idempotencyKey });
}

function read(): Stored | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}
