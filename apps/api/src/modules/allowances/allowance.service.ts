import type { AllowanceChange } from "@tidings/sdk/plugin";
import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { type FieldProblem, invalidInput } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import type { PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { type ChannelWithParts, getChannel } from "../channels/index.ts";
import { addressChecker } from "../users/index.ts";
import { noAllowances } from "./allowance.errors.ts";
import { type AllowanceFilter, type AllowanceRow, listAllowances } from "./allowance.repository.ts";
import { recordChanges, type ToldChange } from "./change.repository.ts";

/** A recipient's answer as a source tells it. */
export interface ReportedChange {
  /** The teller's own id of it. */
  id: string;
  address: string;
  subject: string;
  change: AllowanceChange;
  count?: number | undefined;
  at?: string | undefined;
}

export interface ReportOutcome {
  recordedCount: number;
  repeatedCount: number;
}

export interface AllowanceServiceDeps {
  transact: Transact;
  catalogue: PluginCatalogues<Pick<PluginCatalogue, "find" | "list">>;
}

export function createAllowanceService({ transact, catalogue }: AllowanceServiceDeps) {
  return {
    /** What is known of a channel's recipients. Empty where the plugin needs nobody's consent. */
    async listAllowances(
      ctx: RequestContext,
      channelId: string,
      query: AllowanceFilter & PageRequest,
    ): Promise<Page<AllowanceRow>> {
      authorize(ctx, "read", "Channel");
      return transact(ctx, async (tx) => {
        await getChannel(tx, ctx, channelId);
        const rows = await listAllowances(tx, { tenantId: ctx.tenantId, channelId }, query);
        return toPage(
          rows,
          query,
          (row) => row.id,
          (row) => row,
        );
      });
    },

    /** Takes a recipient's answers from whoever asked them; a source may do so for the channels it may use. */
    async reportAllowances(
      ctx: RequestContext,
      channelId: string,
      changes: readonly ReportedChange[],
    ): Promise<ReportOutcome> {
      authorize(ctx, "update", "User");
      return transact(ctx, async (tx) => {
        const channel = await getChannel(tx, ctx, channelId);
        const plugins = catalogue.of(ctx.tenantId);
        if (!plugins.find(channel.pluginId)?.manifest.allowances) {
          throw noAllowances(`"${channel.name}" goes by a plugin whose messages need no consent one by one.`);
        }
        const errors = checkChanges(ctx, plugins, channel, changes);
        if (errors[0]) throw invalidInput(errors[0].detail, { errors });
        const told = changes.map((change) => toTold(ctx, change));
        const recordedCount = await recordChanges(tx, { tenantId: ctx.tenantId, channelId }, told);
        return { recordedCount, repeatedCount: changes.length - recordedCount };
      });
    },
  };
}

export type AllowanceService = ReturnType<typeof createAllowanceService>;

function checkChanges(
  ctx: RequestContext,
  plugins: Pick<PluginCatalogue, "list">,
  { kind, name }: Pick<ChannelWithParts, "kind" | "name">,
  changes: readonly ReportedChange[],
): FieldProblem[] {
  const isAddress = addressChecker(plugins, kind) ?? (() => true);
  return changes.flatMap(({ address, at }, index) => [
    ...(isAddress(address)
      ? []
      : [
          {
            pointer: `/changes/${index}/address`,
            detail: `This is not an address that "${name}" sends to.`,
            code: "not_an_address",
          },
        ]),
    ...(at === undefined || Date.parse(at) <= ctx.now().getTime() + CLOCKS_APART_MS
      ? []
      : [{ pointer: `/changes/${index}/at`, detail: `${at} has not come yet.`, code: "future" }]),
  ]);
}

/** How far somebody's clock may be ahead of ours. */
const CLOCKS_APART_MS = 60_000;

/** Of two sources, and of the vendor, none can repeat what another has told. */
function toTold(
  ctx: RequestContext,
  { id, address, subject, change, count, at }: ReportedChange,
): ToldChange {
  return {
    eventId: `${ctx.actor.kind === "source" ? ctx.actor.id : "members"}/${id}`,
    address,
    subject,
    granted: change === "granted" ? (count ?? 1) : null,
    at: at === undefined ? ctx.now() : new Date(at),
  };
}
