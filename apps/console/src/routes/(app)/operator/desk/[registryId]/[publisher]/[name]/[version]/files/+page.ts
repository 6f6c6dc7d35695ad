import { tidings } from "#lib/api/client.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, url }) => {
  const { listing } = await parent();
  const wanted = url.searchParams.get("path") ?? "plugin.js";
  const path = listing.files.find((file) => file.path === wanted)?.path ?? listing.files[0]?.path;
  return {
    path,
    file: path ? await tidings.getListingFile({ path: params, query: { path } }) : undefined,
  };
};
