import type { ChannelHandle } from "./channel.ts";
import { NO_TEMPLATES } from "./execution/obstacles.ts";
import type { TemplateList } from "./execution/template-list.ts";
import type { FollowUpsDeps } from "./follow-ups.ts";

export interface TemplateSync {
  /** Lists the vendor's signatures and templates; `named` are codes to ask about where there is no list. Never throws. */
  syncTemplates(channel: ChannelHandle, named: string[]): Promise<TemplateList>;
}

export function createTemplateSync({ prepare, pure }: Pick<FollowUpsDeps, "prepare" | "pure">): TemplateSync {
  return {
    async syncTemplates(channel, named) {
      const ready = await prepare(channel);
      if ("obstacle" in ready) return { ok: false, ...ready.obstacle };
      const { sender, module } = ready;
      return module.level === "pure"
        ? pure.syncTemplates(sender, module.functions, named)
        : { ok: false, ...NO_TEMPLATES };
    },
  };
}
