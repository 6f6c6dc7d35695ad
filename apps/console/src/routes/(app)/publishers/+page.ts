import { tidings } from "#lib/api/client.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  const { items } = await tidings.listPublishers();
  return { title: m.publishers_title(), publishers: items };
};
