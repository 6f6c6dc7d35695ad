import type { ChannelHandle } from "./channel.ts";
import { MISSING_PLUGIN, NO_SECRETS, NO_TEMPLATES } from "./execution/obstacles.ts";
import type { TemplateList } from "./execution/template-list.ts";
import type { FollowUpsDeps } from "./follow-ups.ts";

export interface TemplateSync {
  /** Lists the vendor's signatures and templates. Never throws. */
  syncTemplates(channel: ChannelHandle): Promise<TemplateList>;
}

export function createTemplateSync(deps: Pick<FollowUpsDeps, "find" | "prepare" | "pure">): TemplateSync {
  return {
    async syncTemplates(channel) {
      const found = deps.find(channel);
      if (!found) return { ok: false, ...MISSING_PLUGIN };
      if (found.module.level !== "pure") return { ok: false, ...NO_TEMPLATES };
      const sender = await deps.prepare(channel, found.manifest);
      return sender ? deps.pure.syncTemplates(sender, found.module.functions) : { ok: false, ...NO_SECRETS };
    },
  };
}
