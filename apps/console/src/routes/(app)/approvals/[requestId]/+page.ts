import { tidings } from "#lib/api/client.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize, can } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "ApprovalRequest");
  depends("console:approval-request");
  const request = await tidings.getApprovalRequest({ path: { requestId: params.requestId } });
  const isMessage = request.subject.kind === "message" && can("read", "Message");
  const isSeries = request.subject.kind === "series" && can("read", "Message");
  const [message, series, plugins, roles] = await Promise.all([
    isMessage ? tidings.getMessage({ path: { messageId: request.subject.id } }) : undefined,
    isSeries ? tidings.getSeries({ path: { seriesId: request.subject.id } }) : undefined,
    getPluginCatalogue(),
    can("read", "Role") ? tidings.listRoles() : { items: [] },
  ]);
  return { title: request.subject.name, request, message, series, plugins, roles: roles.items };
};
