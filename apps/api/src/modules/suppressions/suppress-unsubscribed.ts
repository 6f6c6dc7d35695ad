import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { newId, toUuid } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { findSuppressions } from "./suppression.repository.ts";
import { auditView, named } from "./suppression.service.ts";
import { saveUnsubscribed } from "./unsubscribed.repository.ts";

/**
 * Suppresses an address whose owner wants no more, on its channel kind and for the whole tenant, until somebody takes the
 * entry away. One that keeps it back for good already stays what it is.
 */
export async function suppressUnsubscribed(
  tx: Tx,
  ctx: RequestContext,
  recipient: { kind: string; address: string },
): Promise<void> {
  const id = newId("suppression");
  const saved = await saveUnsubscribed(tx, toUuid("tenant", ctx.tenantId), { id, ...recipient });
  if (!saved) return;
  const [row] = await findSuppressions(tx, ctx.tenantId, [saved]);
  if (!row) return;
  const action = saved === id ? "suppression.created" : "suppression.updated";
  await recordAudit(tx, ctx, { action, ...named(row), after: auditView(row) });
}
