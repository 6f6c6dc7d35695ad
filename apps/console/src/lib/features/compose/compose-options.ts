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
  /** By id, of those that are off as well: policies name them. */
  channelNames: ReadonlyMap<string, string>;
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

export async function getComposeOptions(): Promise<ComposeOptions> {
  const [channels, plugins, templates, policies, lists, tags, departments, segments, flow, quietHours] =
    await Promise.all([
      can("read", "Channel") ? allItems((query) => tidings.listChannels({ query })) : [],
      getPluginCatalogue(),
      can("read", "Template") ? allItems((query) => tidings.listTemplates({ query })) : [],
      can("read", "Policy")
        ? allItems((query) => tidings.listPolicies({ query: { ...query, state: "active" } }))
        : [],
      can("read", "RecipientList") ? allItems((query) => tidings.listRecipientLists({ query })) : [],
      can("read", "Tag") ? allItems((query) => tidings.listTags({ query })) : [],
      can("read", "Department") ? allItems((query) => tidings.listDepartments({ query })) : [],
      can("read", "Segment") ? allItems((query) => tidings.listSegments({ query })) : [],
      can("read", "ApprovalFlow") ? tidings.getApprovalFlow() : undefined,
      tidings.getQuietHours(),
    ]);
  return {
    channels: channels.filter(({ state }) => state === "on"),
    channelNames: new Map(channels.map(({ id, name }) => [id, name])),
    plugins,
    templates: templates.filter(isPublished),
    policies,
    lists,
    tags,
    departments,
    segments,
    flow,
    quietHours,
  };
}

const isPublished = ({ liveVersions }: Template) => liveVersions.some(({ state }) => state === "published");
