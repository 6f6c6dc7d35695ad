import type { RequestContext } from "../../../platform/context.ts";
import { noSuch } from "../../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../../platform/http/index.ts";
import { type AsOperator, recordInstallationAudit } from "../../operators/index.ts";
import {
  listPublishers,
  lockPublisher,
  type PublisherRow,
  updatePublisherState,
} from "./publisher.repository.ts";
import { namedPublisher } from "./publisher.service.ts";

export interface PublisherFilter extends PageRequest {
  state?: PublisherRow["state"] | undefined;
}

export interface ChangePublisher {
  state: PublisherRow["state"];
  reason: string;
}

/** What operators do about publishers. */
export function createPublisherOversight({ asOperator }: { asOperator: AsOperator }) {
  return {
    async listPublishers(ctx: RequestContext, filter: PublisherFilter): Promise<Page<PublisherRow>> {
      const rows = await asOperator(ctx, (tx) => listPublishers(tx, filter, filter));
      return toPage(
        rows,
        filter,
        (row) => row.slug,
        (row) => row,
      );
    },

    /** Suspends a publisher, or takes it back. What is listed stays; a version is withdrawn or blocked by itself. */
    async changePublisher(
      ctx: RequestContext,
      publisherId: string,
      { state, reason }: ChangePublisher,
    ): Promise<PublisherRow> {
      return asOperator(ctx, async (tx, operator) => {
        const before = await lockPublisher(tx, publisherId);
        if (!before) throw noSuch("publisher", publisherId);
        const after = await updatePublisherState(tx, publisherId, before.state, state);
        if (!after || before.state === state) return before;
        await recordInstallationAudit(tx, operator, {
          action: state === "suspended" ? "publisher.suspended" : "publisher.reinstated",
          ...namedPublisher(after),
          before: { state: before.state },
          after: { state, reason },
        });
        return after;
      });
    },
  };
}

export type PublisherOversight = ReturnType<typeof createPublisherOversight>;
