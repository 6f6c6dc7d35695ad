import { tidings } from "#lib/api/client.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends("tidings:blocks");
  const { items } = await tidings.listBlocks();
  return { blocks: items };
};
