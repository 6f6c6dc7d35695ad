import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { type FieldProblem, noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { checkRecipient, type PluginCatalogue, type RecipientRef } from "../suppressions/index.ts";
import { findUserKeys } from "../users/index.ts";
import {
  deleteEntries,
  type EntryRef,
  type EntryRow,
  insertEntries,
  listEntries,
} from "./entry.repository.ts";
import { recipientListFull } from "./recipient-list.errors.ts";
import {
  findRecipientList,
  type RecipientListRow,
  updateRecipientList,
} from "./recipient-list.repository.ts";
import { getLockedList, namedList } from "./recipient-list.service.ts";

/** Entries of one list at most: what one probe an entry of a message's recipients still finds at once. */
export const MAX_ENTRIES = 100_000;

/** What became of the entries of one call. */
export interface AddedEntries {
  addedCount: number;
  /** They were on the list already. */
  knownCount: number;
  /** By their place in the call. */
  failed: { index: number; errors: FieldProblem[] }[];
}

export function createEntryService(deps: { transact: Transact; plugins: PluginCatalogues<PluginCatalogue> }) {
  return {
    async listEntries(
      ctx: RequestContext,
      listId: string,
      filter: PageRequest & { query?: string | undefined },
    ): Promise<Page<EntryRow>> {
      authorize(ctx, "read", "RecipientList");
      const rows = await deps.transact(ctx, async (tx) => {
        if (!(await findRecipientList(tx, ctx.tenantId, listId))) throw noSuch("recipient list", listId);
        return listEntries(tx, ctx.tenantId, listId, filter);
      });
      return toPage(
        rows,
        filter,
        (row) => row.id,
        (row) => row,
      );
    },

    /** Adds many; one that cannot be added does not keep the others from it. `items` are in the order of the call. */
    async addEntries(
      ctx: RequestContext,
      listId: string,
      items: readonly (RecipientRef | FieldProblem[])[],
    ): Promise<AddedEntries> {
      authorize(ctx, "update", "RecipientList");
      return deps.transact(ctx, async (tx) => {
        const list = await getLockedList(tx, ctx, listId);
        const { sound, failed } = await check(tx, ctx, deps.plugins.of(ctx.tenantId), items);
        const addedCount = await insertEntries(tx, ctx.tenantId, listId, sound);
        if (list.entryCount + addedCount > MAX_ENTRIES) throw full(list, addedCount);
        await recount(tx, ctx, list, addedCount);
        return { addedCount, knownCount: sound.length - addedCount, failed };
      });
    },

    async removeEntries(ctx: RequestContext, listId: string, entries: readonly EntryRef[]): Promise<number> {
      authorize(ctx, "update", "RecipientList");
      return deps.transact(ctx, async (tx) => {
        const list = await getLockedList(tx, ctx, listId);
        const removedCount = await deleteEntries(tx, ctx.tenantId, listId, entries);
        await recount(tx, ctx, list, -removedCount);
        return removedCount;
      });
    },
  };
}

export type EntryService = ReturnType<typeof createEntryService>;

async function check(
  tx: Tx,
  ctx: RequestContext,
  plugins: PluginCatalogue,
  items: readonly (RecipientRef | FieldProblem[])[],
) {
  const userIds = items.flatMap((item) => (Array.isArray(item) ? [] : (item.userId ?? [])));
  const known = await findUserKeys(tx, ctx.tenantId, [...new Set(userIds)]);
  const sound: RecipientRef[] = [];
  const failed: AddedEntries["failed"] = [];
  for (const [index, item] of items.entries()) {
    const errors = Array.isArray(item) ? item : checkRecipient(plugins, item, known);
    if (errors.length > 0) failed.push({ index, errors });
    else if (!Array.isArray(item)) sound.push(item);
  }
  return { sound, failed };
}

/** Keeps the count with the entries, and says in the audit log how many came or went: not who, they are too many. */
async function recount(
  tx: Tx,
  ctx: RequestContext,
  list: RecipientListRow,
  difference: number,
): Promise<void> {
  if (difference === 0) return;
  const entryCount = list.entryCount + difference;
  await updateRecipientList(tx, ctx.tenantId, list.id, { entryCount, updatedAt: ctx.now() });
  await recordAudit(tx, ctx, {
    action: difference > 0 ? "recipient_list.entries_added" : "recipient_list.entries_removed",
    ...namedList(list),
    before: { entryCount: list.entryCount },
    after: { entryCount },
  });
}

const full = ({ name, entryCount }: RecipientListRow, added: number) =>
  recipientListFull(
    `With ${added} more, the list "${name}" would have ${entryCount + added} entries; ${MAX_ENTRIES} are possible. Make another list.`,
    { extensions: { limit: MAX_ENTRIES, used: entryCount } },
  );
