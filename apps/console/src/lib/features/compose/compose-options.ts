import {
  type ApprovalFlow,
  type Channel,
  type Department,
  type Policy,
  type RecipientList,
  type Segment,
  type Tag,
  type Template,
  type TenantQuietHours,
  tidings,
} from "../../api/client.ts";
import { allItems } from "../../data/all-items.ts";
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
  lists: RecipientList[];
  tags: Tag[];
  departments: Department[];
  segments: Segment[];
  flow: ApprovalFlow | undefined;
  quietHours: TenantQuietHours;
}

const query = { limit: 100 };
const nothing = { items: [] };

export async function getComposeOptions(): Promise<ComposeOptions> {
  const [channels, plugins, templates, policies, lists, tags, departments, segments, flow, quietHours] =
    await Promise.all([
      can("read", "Channel") ? tidings.listChannels({ query: { ...query, state: "on" } }) : nothing,
      getPluginCatalogue(),
      can("read", "Template") ? tidings.listTemplates({ query }) : nothing,
      can("read", "Policy") ? tidings.listPolicies({ query }) : nothing,
      can("read", "RecipientList") ? tidings.listRecipientLists({ query }) : nothing,
      can("read", "Tag") ? tidings.listTags({ query }) : nothing,
      can("read", "Department") ? allItems((page) => tidings.listDepartments({ query: page })) : [],
      can("read", "Segment") ? allItems((page) => tidings.listSegments({ query: page })) : [],
      can("read", "ApprovalFlow") ? tidings.getApprovalFlow() : undefined,
      tidings.getQuietHours(),
    ]);
  return {
    channels: channels.items,
    plugins,
    templates: templates.items.filter(isPublished),
    policies: policies.items.filter(({ state }) => state === "active"),
    lists: lists.items,
    tags: tags.items,
    departments,
    segments,
    flow,
    quietHours,
  };
}

const isPublished = ({ liveVersions }: Template) => liveVersions.some(({ state }) => state === "published");
