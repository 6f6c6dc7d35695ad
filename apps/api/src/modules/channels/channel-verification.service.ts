import type { Verification } from "@tidings/sdk/plugin";
import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import type { PluginRuntime } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { channelChanged } from "./channel.errors.ts";
import { type ChannelHealth, saveHealth } from "./channel.repository.ts";
import { getChannel, tryAgain, type WakeRetries } from "./channel.service.ts";
import type { ChannelVault } from "./channel-vault.ts";
import type { CircuitRow } from "./circuit.repository.ts";

export interface ChannelVerificationDeps {
  transact: Transact;
  runtime: Pick<PluginRuntime, "verify">;
  vault: Pick<ChannelVault, "toHandle">;
  nudge(): void;
  wakeRetries: WakeRetries;
}

type Verified = Verification & ChannelHealth & { circuit: CircuitRow | undefined };

export function createChannelVerificationService(deps: ChannelVerificationDeps) {
  return {
    /** Makes the plugin's test call, outside any transaction, and keeps its outcome as the channel's health. */
    async verifyChannel(ctx: RequestContext, channelId: string): Promise<Verified> {
      authorize(ctx, "update", "Channel");
      const channel = await deps.transact(ctx, (tx) => getChannel(tx, ctx, channelId));
      const outcome = await deps.runtime.verify(deps.vault.toHandle(channel));
      const health = healthAfter(outcome, ctx.now());
      const { circuit } = await deps.transact(ctx, async (tx) => {
        if (!(await saveHealth(tx, channel, health))) {
          throw channelChanged(`"${channel.name}" was changed while it was tested; test it again.`);
        }
        await recordAudit(tx, ctx, {
          action: "channel.verified",
          subjectId: channel.id,
          subjectName: channel.name,
          after: outcome,
        });
        if (outcome.ok) await tryAgain(tx, channel, deps.wakeRetries);
        return getChannel(tx, ctx, channelId);
      });
      if (outcome.ok) deps.nudge();
      return { ...outcome, ...health, circuit };
    },
  };
}

export type ChannelVerificationService = ReturnType<typeof createChannelVerificationService>;

function healthAfter({ ok, code, detail }: Verification, at: Date): ChannelHealth {
  return {
    health: ok ? "healthy" : "failing",
    healthCode: code ?? null,
    healthDetail: detail ?? null,
    healthAt: at,
  };
}
