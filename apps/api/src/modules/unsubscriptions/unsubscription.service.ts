import type { LocalizedText } from "@tidings/sdk/plugin";
import type { Clock } from "../../platform/clock.ts";
import { type RequestContext, systemContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import type { PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { maskRecipient, suppressUnsubscribed } from "../suppressions/index.ts";
import { findTenant } from "../tenants/index.ts";
import type { UnsubscribeAddresses } from "./unsubscribe-address.rules.ts";

export interface UnsubscriptionServiceDeps {
  transact: Transact;
  addresses: Pick<UnsubscribeAddresses, "read">;
  plugins: PluginCatalogues<Pick<PluginCatalogue, "list">>;
  clock: Clock;
}

/** What a reader is told of what an address is about. */
export interface Subject {
  tenantName: string;
  kindName: LocalizedText;
  maskedAddress: string;
}

/** Who stands in the audit log for whoever has the message: nobody signs in here. */
const ACTOR = "recipient";

export function createUnsubscriptionService(deps: UnsubscriptionServiceDeps) {
  const kindNameOf = (tenantId: string, kind: string) =>
    deps.plugins
      .of(tenantId)
      .list()
      .find(({ manifest }) => manifest.kind === kind)?.manifest.kindName ?? {
      zh: kind,
      en: kind,
    };

  async function find(path: string, request: Pick<RequestContext, "requestId" | "ipAddress"> | undefined) {
    const recipient = deps.addresses.read(path, deps.clock.now());
    if (!recipient) return undefined;
    const { tenantId, kind, address } = recipient;
    return deps.transact({ tenantId }, async (tx): Promise<Subject | undefined> => {
      const tenant = await findTenant(tx, tenantId);
      if (!tenant) return undefined;
      if (request) {
        const ctx = { ...systemContext(tenantId, ACTOR, deps.clock), ...request };
        await suppressUnsubscribed(tx, ctx, recipient);
      }
      const maskedAddress = maskRecipient(address);
      return { tenantName: tenant.name, kindName: kindNameOf(tenantId, kind), maskedAddress };
    });
  }

  return {
    /** What the address is about; undefined for one that we have not given out, or that is too old. */
    findSubject: (path: string) => find(path, undefined),

    /** Sends nothing more to whom the address is about; as often as it is asked for. */
    unsubscribe: (path: string, request: Pick<RequestContext, "requestId" | "ipAddress">) =>
      find(path, request),
  };
}

export type UnsubscriptionService = ReturnType<typeof createUnsubscriptionService>;
