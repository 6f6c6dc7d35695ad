import { tidings } from "#lib/api/client.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends("tidings:registries");
  const { items } = await tidings.listRegistries();
  return { registries: items };
};
