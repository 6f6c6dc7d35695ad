import { tidings } from "#lib/api/client.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends("tidings:blocks");
  const { items } = await tidings.listBlocks();
  return { title: m.market_tab_blocks(), blocks: items };
};
