import {
  type ApprovalFlow,
  type Channel,
  type Policy,
  type Tag,
  type Template,
  type TenantQuietHours,
  tidings,
} from "../../api/client.ts";
import { getPluginCatalogue, type PluginCatalogue } from "../../plugins/plugin-catalogue.ts";
import { can } from "../../session.svelte.ts";

/** What a message can be made of. */
export interface ComposeOptions {
  /** Switched on. */
  channels: Channel[];
  plugins: PluginCatalogue;
  /** With a published version. */
  templates: Template[];
  policies: Policy[];
  tags: Tag[];
  /** How many users there are, where the role may know. */
  userCount: number | undefined;
  flow: ApprovalFlow | undefined;
  quietHours: TenantQuietHours;
}

const query = { limit: 100 };
const nothing = { items: [] };

export async function getComposeOptions(): Promise<ComposeOptions> {
  const [channels, plugins, templates, policies, tags, quotas, flow, quietHours] = await Promise.all([
    can("read", "Channel") ? tidings.listChannels({ query: { ...query, state: "on" } }) : nothing,
    getPluginCatalogue(),
    can("read", "Template") ? tidings.listTemplates({ query }) : nothing,
    can("read", "Policy") ? tidings.listPolicies({ query }) : nothing,
    can("read", "Tag") ? tidings.listTags({ query }) : nothing,
    can("read", "Quota") ? tidings.listQuotas() : nothing,
    can("read", "ApprovalFlow") ? tidings.getApprovalFlow() : undefined,
    tidings.getQuietHours(),
  ]);
  return {
    channels: channels.items,
    plugins,
    templates: templates.items.filter(isPublished),
    policies: policies.items.filter(({ state }) => state === "active"),
    tags: tags.items,
    userCount: quotas.items.find(({ kind }) => kind === "users")?.used,
    flow,
    quietHours,
  };
}

const isPublished = ({ liveVersions }: Template) => liveVersions.some(({ state }) => state === "published");
