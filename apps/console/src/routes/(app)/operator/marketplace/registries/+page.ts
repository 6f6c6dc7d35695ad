import { tidings } from "#lib/api/client.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends("tidings:registries");
  const { items } = await tidings.listRegistries();
  return { title: m.market_tab_registries(), registries: items };
};
