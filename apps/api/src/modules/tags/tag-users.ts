import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { recordAudit } from "../audit/index.ts";
import { findTagsByName, insertMissingTags, replaceUserTags } from "./user-tag.repository.ts";

/** Gives each of these users exactly the tags of these names; tags that are missing are created. */
export async function tagUsers(
  tx: Tx,
  ctx: RequestContext,
  wanted: readonly { userId: string; names: readonly string[] }[],
): Promise<void> {
  const names = [...new Set(wanted.flatMap((item) => item.names))];
  const created = await insertMissingTags(tx, ctx.tenantId, names);
  await Promise.all(
    created.map(({ id, name }) =>
      recordAudit(tx, ctx, { action: "tag.created", subjectId: id, subjectName: name, after: { name } }),
    ),
  );
  const tags = await findTagsByName(tx, ctx.tenantId, names);
  const idsByName = new Map(tags.map((tag) => [tag.name, tag.id]));
  await replaceUserTags(
    tx,
    ctx.tenantId,
    wanted.map((item) => ({
      userId: item.userId,
      tagIds: item.names.flatMap((name) => idsByName.get(name) ?? []),
    })),
  );
}
