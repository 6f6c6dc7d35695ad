import { tidings } from "#lib/api/client.ts";
import { localized } from "#lib/format/localized.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params: path, depends }) => {
  await parent();
  depends("tidings:submission");
  const submission = await tidings.getSubmission({ path });
  return { submission, title: `${localized(submission.name)} ${submission.version}` };
};
