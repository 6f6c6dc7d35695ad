import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota } from "../tenants/index.ts";
import { maskAddress } from "../users/index.ts";
import type { AudienceFileRow, SampleRow } from "./audience-file.repository.ts";
import * as repository from "./audience-file.repository.ts";

export type AudienceFileDetail = AudienceFileRow & { sample: SampleRow[] };

const SAMPLE_ROWS = 5;

export function createAudienceFileService(deps: { transact: Transact }) {
  return {
    async listAudienceFiles(ctx: RequestContext, page: PageRequest): Promise<Page<AudienceFileRow>> {
      authorize(ctx, "read", "Message");
      const rows = await deps.transact(ctx, (tx) =>
        repository.listUsableFiles(tx, ctx.tenantId, ownerOf(ctx), ctx.now(), page),
      );
      return toPage(
        rows,
        page,
        (row) => row.id,
        (row) => row,
      );
    },

    async getAudienceFile(ctx: RequestContext, fileId: string): Promise<AudienceFileDetail> {
      authorize(ctx, "read", "Message");
      return deps.transact(ctx, async (tx) => {
        const file = await getFile(tx, ctx, fileId);
        const sample = await repository.listSampleRows(tx, ctx.tenantId, fileId, SAMPLE_ROWS);
        return { ...file, sample: sample.map((row) => masked(file, row)) };
      });
    },

    /** Nothing new may go to the file; its rows stay as long as a message still needs them. */
    async deleteAudienceFile(ctx: RequestContext, fileId: string): Promise<void> {
      authorize(ctx, "send", "Message");
      await deps.transact(ctx, async (tx) => {
        await giveBackQuota(tx, ctx, "audience_files");
        const { name, rowCount } = await getFile(tx, ctx, fileId);
        await repository.updateFile(tx, ctx.tenantId, fileId, { state: "deleted", expiresAt: ctx.now() });
        const subject = { subjectId: fileId, subjectName: name };
        await recordAudit(tx, ctx, {
          action: "audience_file.deleted",
          ...subject,
          before: { name, rowCount },
        });
      });
    },
  };
}

export type AudienceFileService = ReturnType<typeof createAudienceFileService>;

/** A source sees its own files only. */
const ownerOf = ({ actor }: RequestContext) => (actor.kind === "source" ? actor.id : null);

async function getFile(tx: Tx, ctx: RequestContext, fileId: string): Promise<AudienceFileRow> {
  const file = await repository.findUsableFile(tx, ctx.tenantId, ownerOf(ctx), fileId, ctx.now());
  if (!file) throw noSuch("audience file", fileId);
  return file;
}

const masked = ({ recipients }: AudienceFileRow, row: SampleRow): SampleRow =>
  recipients === "users" ? row : { ...row, recipient: maskAddress(row.recipient) };
