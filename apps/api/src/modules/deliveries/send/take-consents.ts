import { type AllowanceAbility, subjectOf } from "@tidings/sdk/plugin";
import type { Tx } from "../../../platform/database/index.ts";
import { takeAllowances, type Wanting } from "../../allowances/index.ts";
import { REASONS } from "../delivery.rules.ts";
import { renderDelivery, type SharedContent } from "./content.rules.ts";
import type { ChunkWork, ReadyRow } from "./send.repository.ts";
import { dropUnwanted } from "./suppression.repository.ts";

/** What a batch has of a chunk, as far as consents go. */
interface Share {
  chunk: { work: ChunkWork; shared: SharedContent };
  /** What is still to be sent. */
  rows: ReadyRow[];
}

/**
 * Takes a consent for each message of the shares that needs one, and leaves out those whose recipients are known to have
 * given no further one: the policy's next step need not wait for the vendor's refusal.
 */
export async function takeConsents(
  tx: Tx,
  ability: AllowanceAbility,
  shares: readonly Share[],
): Promise<void> {
  const work = shares[0]?.chunk.work;
  if (!work) return;
  const lacking = await takeAllowances(
    tx,
    work,
    shares.flatMap((share) => wantingOf(ability, share)),
  );
  if (lacking.size === 0) return;
  for (const share of shares) {
    const unwanted = share.rows
      .filter(([id]) => lacking.has(id))
      .map(([id]) => ({ id, reason: REASONS.noAllowance, detail: null }));
    await dropUnwanted(tx, share.chunk.work, unwanted);
    share.rows = share.rows.filter(([id]) => !lacking.has(id));
  }
}

const wantingOf = (ability: AllowanceAbility, { chunk, rows }: Share): Wanting[] =>
  rows.flatMap((row) => {
    const rendered = renderDelivery(chunk.shared, row);
    const subject = "message" in rendered ? subjectOf(ability, rendered.message.content) : undefined;
    const [deliveryId, address] = row;
    return subject === undefined ? [] : [{ deliveryId, address, subject }];
  });
