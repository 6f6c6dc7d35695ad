import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { recipientListInUse, recipientListNotUnique } from "./recipient-list.errors.ts";
import type { RecipientListRow } from "./recipient-list.repository.ts";
import * as repository from "./recipient-list.repository.ts";

/** What one says about a list. */
export interface RecipientListInput {
  name: string;
  note?: string | undefined;
}

export function createRecipientListService(deps: { transact: Transact }) {
  return {
    async createRecipientList(ctx: RequestContext, input: RecipientListInput): Promise<RecipientListRow> {
      authorize(ctx, "create", "RecipientList");
      return deps.transact(ctx, async (tx) => {
        await takeQuota(tx, ctx, "recipient_lists");
        const row = { tenantId: ctx.tenantId, id: newId("recipientList"), ...fieldsOf(input) };
        const saved = await repository.insertRecipientList(tx, row).catch(explainConflict(input.name));
        await recordAudit(tx, ctx, {
          action: "recipient_list.created",
          ...namedList(saved),
          after: fieldsOf(input),
        });
        return saved;
      });
    },

    async listRecipientLists(ctx: RequestContext, page: PageRequest): Promise<Page<RecipientListRow>> {
      authorize(ctx, "read", "RecipientList");
      const rows = await deps.transact(ctx, (tx) => repository.listRecipientLists(tx, ctx.tenantId, page));
      return toPage(
        rows,
        page,
        (row) => row.name,
        (row) => row,
      );
    },

    async getRecipientList(ctx: RequestContext, listId: string): Promise<RecipientListRow> {
      authorize(ctx, "read", "RecipientList");
      return deps.transact(ctx, (tx) => getList(tx, ctx, listId));
    },

    async updateRecipientList(
      ctx: RequestContext,
      listId: string,
      input: RecipientListInput,
    ): Promise<RecipientListRow> {
      authorize(ctx, "update", "RecipientList");
      return deps.transact(ctx, async (tx) => {
        const before = await getLockedList(tx, ctx, listId);
        const after = await repository
          .updateRecipientList(tx, ctx.tenantId, listId, { ...fieldsOf(input), updatedAt: ctx.now() })
          .catch(explainConflict(input.name));
        await recordAudit(tx, ctx, {
          action: "recipient_list.updated",
          ...namedList(after),
          before: { name: before.name, note: before.note },
          after: fieldsOf(input),
        });
        return after;
      });
    },

    async deleteRecipientList(ctx: RequestContext, listId: string): Promise<void> {
      authorize(ctx, "delete", "RecipientList");
      await deps.transact(ctx, async (tx) => {
        await giveBackQuota(tx, ctx, "recipient_lists");
        const before = await getLockedList(tx, ctx, listId);
        const uses = await repository.countUses(tx, ctx.tenantId, listId);
        if (uses > 0) throw inUse(before, uses);
        await repository.deleteRecipientList(tx, ctx.tenantId, listId);
        await recordAudit(tx, ctx, {
          action: "recipient_list.deleted",
          ...namedList(before),
          before: { name: before.name, entryCount: before.entryCount },
        });
      });
    },
  };
}

export type RecipientListService = ReturnType<typeof createRecipientListService>;

export const namedList = (list: Pick<RecipientListRow, "id" | "name">) => ({
  subjectId: list.id,
  subjectName: list.name,
});

async function getList(tx: Tx, ctx: RequestContext, listId: string): Promise<RecipientListRow> {
  const list = await repository.findRecipientList(tx, ctx.tenantId, listId);
  if (!list) throw noSuch("recipient list", listId);
  return list;
}

export async function getLockedList(tx: Tx, ctx: RequestContext, listId: string): Promise<RecipientListRow> {
  const list = await repository.lockRecipientList(tx, ctx.tenantId, listId);
  if (!list) throw noSuch("recipient list", listId);
  return list;
}

const fieldsOf = ({ name, note }: RecipientListInput) => ({ name, note: note ?? null });

const explainConflict = (name: string) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw recipientListNotUnique(`A recipient list with the name "${name}" exists already.`, {
    errors: [{ pointer: "/name", detail: `"${name}" is taken.`, code: "taken" }],
  });
};

const inUse = ({ name }: RecipientListRow, uses: number) =>
  recipientListInUse(
    `${uses} messages that are not over go by the list "${name}". Cancel them or wait until they are over.`,
    { extensions: { uses } },
  );
