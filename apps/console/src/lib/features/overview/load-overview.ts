import {
  type ApprovalRequest,
  type Channel,
  type Funnel,
  type Quota,
  type ReasonList,
  type Source,
  tidings,
} from "#lib/api/client.ts";
import { allItems } from "#lib/data/all-items.ts";
import { getPluginCatalogue, type PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { getQuotas } from "#lib/quotas/quotas.ts";
import { can } from "#lib/session.svelte.ts";
import { lastDays } from "#lib/statistics/period.ts";

/** Everything on the overview; what the role may not see is absent. */
export interface Overview {
  week?: Funnel;
  reasons?: ReasonList["items"];
  channels?: Channel[];
  waiting?: ApprovalRequest[];
  /** Those that are not told everything, since endpoints of theirs were disabled. */
  untold: Source[];
  /** Of today's messages, once few of them are left. */
  shortQuota?: Quota;
  steps: FirstSteps;
  plugins: PluginCatalogue;
}

/** What there has to be before a message can go out; undefined where the role cannot know. */
export interface FirstSteps {
  channel?: boolean;
  source?: boolean;
  user?: boolean;
  template?: boolean;
  message?: boolean;
}

const WEEK_DAYS = 7;
const WAITING_COUNT = 5;
/** The share of today's messages from which their quota is told. */
const SHORT_FROM = 0.9;

export async function loadOverview(signal: AbortSignal): Promise<Overview> {
  const query = lastDays(WEEK_DAYS);
  const [week, reasons, channels, waiting, sources, quotas, steps, plugins] = await Promise.all([
    can("read", "Statistics")
      ? tidings.getFunnel({ query: { ...query, groupBy: "day" }, signal })
      : undefined,
    can("read", "Statistics") ? tidings.listReasons({ query, signal }) : undefined,
    can("read", "Channel") ? allItems((page) => tidings.listChannels({ query: page, signal })) : undefined,
    can("approve", "ApprovalRequest")
      ? tidings.listApprovalRequests({
          query: { mine: true, state: "pending", limit: WAITING_COUNT },
          signal,
        })
      : undefined,
    can("read", "Source") ? allItems((page) => tidings.listSources({ query: page, signal })) : [],
    getQuotas(),
    loadSteps(signal),
    getPluginCatalogue(),
  ]);
  const untold = sources.filter(({ callbackEndpoints }) => callbackEndpoints.disabledCount > 0);
  return {
    week,
    reasons: reasons?.items,
    channels,
    waiting: waiting?.items,
    untold,
    shortQuota: whenShort(quotas.of("messages_per_day")),
    steps,
    plugins,
  };
}

const whenShort = (quota: Quota | undefined) =>
  quota && quota.used >= quota.limit * SHORT_FROM ? quota : undefined;

async function loadSteps(signal: AbortSignal): Promise<FirstSteps> {
  const one = { query: { limit: 1 }, signal };
  const [channel, source, user, template, message] = await Promise.all([
    can("read", "Channel") ? tidings.listChannels(one) : undefined,
    can("read", "Source") ? tidings.listSources(one) : undefined,
    can("read", "User") ? tidings.listUsers(one) : undefined,
    can("read", "Template") ? tidings.listTemplates(one) : undefined,
    can("read", "Message") ? tidings.listMessages(one) : undefined,
  ]);
  const any = (page: { items: unknown[] } | undefined) => page && page.items.length > 0;
  return {
    channel: any(channel),
    source: any(source),
    user: any(user),
    template: any(template),
    message: any(message),
  };
}
