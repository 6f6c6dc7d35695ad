import { tidings } from "#lib/api/client.ts";
import { formatDate } from "#lib/format/dates.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params }) => {
  await parent();
  const [call, plugins] = await Promise.all([tidings.getCallback({ path: params }), getPluginCatalogue()]);
  return { title: m.callbacks_call({ time: formatDate(call.createdAt, "second") }), call, plugins };
};
