import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { tagInUse, tagNotUnique } from "./tag.errors.ts";
import type { CountedTag } from "./tag.repository.ts";
import * as repository from "./tag.repository.ts";

/** Messages and series that an answer names at most. */
const MAX_HOLDERS = 20;

export function createTagService(deps: { transact: Transact }) {
  return {
    async createTag(ctx: RequestContext, name: string): Promise<CountedTag> {
      authorize(ctx, "create", "Tag");
      return deps.transact(ctx, async (tx) => {
        const row = { tenantId: ctx.tenantId, id: newId("tag"), name };
        const saved = await repository.insertTag(tx, row).catch(explainConflict(name));
        await recordAudit(tx, ctx, { action: "tag.created", ...named(saved), after: { name } });
        return { ...saved, userCount: 0 };
      });
    },

    async listTags(ctx: RequestContext, page: PageRequest): Promise<Page<CountedTag>> {
      authorize(ctx, "read", "Tag");
      const rows = await deps.transact(ctx, (tx) => repository.listTags(tx, ctx.tenantId, page));
      return toPage(
        rows,
        page,
        (row) => row.name,
        (row) => row,
      );
    },

    async renameTag(ctx: RequestContext, tagId: string, name: string): Promise<CountedTag> {
      authorize(ctx, "update", "Tag");
      return deps.transact(ctx, async (tx) => {
        const before = await getTag(tx, ctx, tagId);
        await repository.renameTag(tx, ctx.tenantId, tagId, name).catch(explainConflict(name));
        const after = { ...before, name };
        await recordAudit(tx, ctx, {
          action: "tag.renamed",
          ...named(after),
          before: { name: before.name },
          after: { name },
        });
        return after;
      });
    },

    async deleteTag(ctx: RequestContext, tagId: string): Promise<void> {
      authorize(ctx, "delete", "Tag");
      await deps.transact(ctx, async (tx) => {
        const { name, userCount } = await getTag(tx, ctx, tagId);
        const holders = await repository.listHolders(tx, ctx.tenantId, tagId, MAX_HOLDERS);
        if (holders.length > 0) throw inUse(name, holders);
        await repository.deleteTag(tx, ctx.tenantId, tagId);
        const subject = named({ id: tagId, name });
        await recordAudit(tx, ctx, { action: "tag.deleted", ...subject, before: { name, userCount } });
      });
    },
  };
}

export type TagService = ReturnType<typeof createTagService>;

async function getTag(tx: Tx, ctx: RequestContext, tagId: string): Promise<CountedTag> {
  const tag = await repository.findTag(tx, ctx.tenantId, tagId);
  if (!tag) throw noSuch("tag", tagId);
  return tag;
}

const named = (tag: { id: string; name: string }) => ({ subjectId: tag.id, subjectName: tag.name });

/** Without the tag, those who are left out because of it would be sent to. */
const inUse = (name: string, holders: string[]) =>
  tagInUse(
    `Messages and series that are still to be sent go by the tag "${name}": ${holders.join(", ")}. Cancel them or wait until they are over.`,
  );

const explainConflict = (name: string) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw tagNotUnique(`A tag with the name "${name}" exists already.`, {
    errors: [{ pointer: "/name", detail: `"${name}" is taken.`, code: "taken" }],
  });
};
