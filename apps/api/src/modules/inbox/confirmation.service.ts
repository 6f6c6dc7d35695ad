import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import {
  type ConfirmationCounts,
  type ConfirmationRow,
  countConfirmations,
  listConfirmations,
} from "./confirmation.repository.ts";
import type { ConfirmationState } from "./entry.rules.ts";

export interface ConfirmationServiceDeps {
  transact: Transact;
  /** Throws 404 unless the actor may see the message. */
  assertVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<unknown>;
}

export function createConfirmationService({ transact, assertVisible }: ConfirmationServiceDeps) {
  return {
    /** Who has confirmed a message, and who has not. */
    async listConfirmations(
      ctx: RequestContext,
      messageId: string,
      state: ConfirmationState | undefined,
      request: PageRequest,
    ): Promise<ConfirmationCounts & Page<ConfirmationRow>> {
      authorize(ctx, "read", "Message");
      return transact(ctx, async (tx) => {
        await assertVisible(tx, ctx, messageId);
        const counts = await countConfirmations(tx, ctx.tenantId, messageId);
        const rows = await listConfirmations(tx, ctx.tenantId, messageId, state, request);
        const page = toPage(
          rows,
          request,
          ({ deliveryId }) => deliveryId,
          (row) => row,
        );
        return { ...counts, ...page };
      });
    },
  };
}

export type ConfirmationService = ReturnType<typeof createConfirmationService>;
