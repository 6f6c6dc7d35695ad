import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact } from "../../platform/database/index.ts";
import { invalidField, invalidInput, payloadTooLarge, unavailable } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { readSheet, type SheetRow } from "../../platform/spreadsheet/index.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { addressChecker, checkEntered, type PluginCatalogue } from "../users/index.ts";
import * as repository from "./audience-file.repository.ts";
import { type FileHeader, judgeRow, MAX_FILE_ROWS, readHeader, Tally } from "./audience-file.rules.ts";
import { deleteFile } from "./expired-file.repository.ts";

export interface Upload {
  name: string;
  /** Of the addresses; not needed where the rows are users. */
  channelKind: string | undefined;
  contentType: string | undefined;
  body: AsyncIterable<Uint8Array>;
}

export interface UploadDeps {
  transact: Transact;
  plugins: PluginCatalogues<PluginCatalogue>;
}

/** Rows of one transaction: enough that its cost does not count, few enough to be held in memory. */
const ROWS_AT_ONCE = 10_000;
/** Recipients that one look for duplicates goes over, at most. */
const ROWS_A_SHARE = 200_000;
const ROWS_A_DELETION = 20_000;
const UPLOADS_AT_ONCE = 4;
/** Batches that are being stored, over all uploads: each takes a connection. */
const BATCHES_AT_ONCE = 4;
const BATCHES_OF_ONE = 2;
const HOUR_MS = 3_600_000;
export const KEPT_DAYS = 7;

/**
 * Takes an uploaded list of recipients in: judged and stored while it arrives, some thousand rows at a time. The file
 * can be used once its last row is stored; of one that breaks off nothing stays.
 */
export function createUploadAudienceFile(deps: UploadDeps) {
  let underWay = 0;
  const batchesAtOnce = () => Math.min(BATCHES_OF_ONE, Math.floor(BATCHES_AT_ONCE / underWay));

  return async function uploadAudienceFile(
    ctx: RequestContext,
    upload: Upload,
  ): Promise<repository.AudienceFileRow> {
    authorize(ctx, "send", "Message");
    if (underWay >= UPLOADS_AT_ONCE) {
      const detail = "Several files are being uploaded at the moment. Nothing was saved; try again soon.";
      throw unavailable(detail, { headers: { "retry-after": "10" } });
    }
    underWay++;
    try {
      return await take({ ...deps, batchesAtOnce }, ctx, upload);
    } finally {
      underWay--;
    }
  };
}

export type UploadAudienceFile = ReturnType<typeof createUploadAudienceFile>;

interface TakingDeps extends UploadDeps {
  /** Of one upload. */
  batchesAtOnce(): number;
}

async function take(
  deps: TakingDeps,
  ctx: RequestContext,
  upload: Upload,
): Promise<repository.AudienceFileRow> {
  const reading = readSheet(upload.contentType, upload.body)[Symbol.asyncIterator]();
  let batch = await reading.next();
  while (!batch.done && batch.value.length === 0) batch = await reading.next();
  const [first, ...rest] = batch.done ? [] : batch.value;
  if (!first) throw invalidField("", "The file is empty; its first row names the columns.", "empty");
  const header = readHeader(first.cells);
  const isAddress = checkerFor(ctx, deps, header, upload);
  const fileId = await open(deps, ctx, header, upload);
  const staging = createStaging(deps, ctx, fileId, header, isAddress);
  try {
    await staging.add(rest);
    for (let next = await reading.next(); !next.done; next = await reading.next())
      await staging.add(next.value);
    return await close(deps, ctx, fileId, header, await staging.finish());
  } catch (error) {
    await staging.settled();
    await discard(deps, ctx, fileId);
    throw error;
  }
}

function checkerFor(
  ctx: RequestContext,
  deps: UploadDeps,
  header: FileHeader,
  { channelKind }: Upload,
): (text: string) => boolean {
  if (header.recipients === "users") return () => true;
  if (channelKind === undefined) {
    throw invalidField(
      "?kind",
      "Say of which channel kind the addresses are, for example kind=sms.",
      "required",
    );
  }
  const plugins = deps.plugins.of(ctx.tenantId);
  const entered = checkEntered(plugins, channelKind, "?kind");
  if (entered) throw invalidInput(entered.detail, { errors: [entered] });
  const isAddress = addressChecker(plugins, channelKind);
  if (isAddress) return isAddress;
  throw invalidField(
    "?kind",
    `No installed plugin serves the channel kind "${channelKind}".`,
    "unknown_kind",
  );
}

async function open(
  deps: UploadDeps,
  ctx: RequestContext,
  header: FileHeader,
  upload: Upload,
): Promise<string> {
  const { actor } = ctx;
  const id = newId("audienceFile");
  await deps.transact(ctx, async (tx) => {
    await takeQuota(tx, ctx, "audience_files");
    await repository.insertFile(tx, {
      tenantId: ctx.tenantId,
      id,
      name: upload.name,
      state: "receiving",
      recipients: header.recipients,
      channelKind: header.recipients === "addresses" ? (upload.channelKind ?? null) : null,
      columns: [],
      sourceId: actor.kind === "source" ? actor.id : null,
      authorId: actor.kind === "member" ? actor.id : null,
      // Of an upload that a crash has cut off.
      expiresAt: new Date(ctx.now().getTime() + HOUR_MS),
    });
  });
  return id;
}

function createStaging(
  deps: TakingDeps,
  ctx: RequestContext,
  fileId: string,
  header: FileHeader,
  isAddress: (text: string) => boolean,
) {
  const tally = new Tally(header);
  let rows: repository.StagedRows = { lines: [], recipients: [], variables: [] };
  const storing: Promise<void>[] = [];

  /** Batches are stored while the next is read. */
  async function flush(): Promise<void> {
    const full = rows;
    rows = { lines: [], recipients: [], variables: [] };
    while (storing.length >= deps.batchesAtOnce()) await storing.shift();
    if (full.lines.length === 0) return;
    const stored = deps.transact(ctx, (tx) => repository.insertRows(tx, ctx.tenantId, fileId, full));
    // It is awaited later; a failure meanwhile must not end the process.
    stored.catch(() => undefined);
    storing.push(stored);
  }

  function judge({ line, cells }: SheetRow): void {
    const judged = judgeRow(header, cells, isAddress);
    if ("code" in judged) {
      tally.addBad({ line, ...judged });
      return;
    }
    tally.addGood(judged.variables);
    rows.lines.push(line);
    rows.recipients.push(judged.recipient);
    rows.variables.push(judged.variables ? JSON.stringify(judged.variables) : null);
  }

  return {
    async add(more: readonly SheetRow[]): Promise<void> {
      for (const row of more) judge(row);
      if (tally.rowCount + tally.badCount > MAX_FILE_ROWS) {
        throw payloadTooLarge(`The file has more than ${MAX_FILE_ROWS} rows; split it.`);
      }
      if (rows.lines.length >= ROWS_AT_ONCE) await flush();
    },
    /** Nothing is being stored any more, whether it came to something or not. */
    settled: () => Promise.allSettled(storing),
    async finish(): Promise<Tally> {
      await flush();
      await Promise.all(storing);
      return tally;
    },
  };
}

/** Takes duplicates out and makes the file usable. */
async function close(
  deps: UploadDeps,
  ctx: RequestContext,
  fileId: string,
  header: Pick<FileHeader, "recipients">,
  tally: Tally,
): Promise<repository.AudienceFileRow> {
  const of = Math.max(1, Math.ceil(tally.rowCount / ROWS_A_SHARE));
  let duplicateCount = 0;
  for (let index = 0; index < of; index++) {
    const share = { index, of };
    duplicateCount += await deps.transact(ctx, (tx) =>
      repository.removeDuplicates(tx, ctx.tenantId, fileId, header.recipients, share),
    );
  }
  const { badCount, badRows, columns } = tally;
  const now = ctx.now();
  return deps.transact(ctx, async (tx) => {
    await repository.updateFile(tx, ctx.tenantId, fileId, {
      state: "ready",
      columns,
      rowCount: tally.rowCount - duplicateCount,
      badCount,
      badRows,
      duplicateCount,
      expiresAt: new Date(now.getTime() + KEPT_DAYS * 24 * HOUR_MS),
    });
    const file = await repository.findUsableFile(tx, ctx.tenantId, null, fileId, now);
    if (!file) throw new Error("a file that was uploaded is gone");
    const { name: subjectName, rowCount, recipients } = file;
    await recordAudit(tx, ctx, {
      action: "audience_file.uploaded",
      subjectId: fileId,
      subjectName,
      after: { recipients, rowCount, badCount, duplicateCount },
    });
    return file;
  });
}

async function discard(deps: UploadDeps, ctx: RequestContext, fileId: string): Promise<void> {
  const deleteSome = () =>
    deps.transact(ctx, (tx) => repository.deleteRows(tx, ctx.tenantId, fileId, ROWS_A_DELETION));
  try {
    while (await deleteSome());
    await deps.transact(ctx, async (tx) => {
      await giveBackQuota(tx, ctx, "audience_files");
      await deleteFile(tx, ctx.tenantId, fileId);
    });
  } catch {
    // The database is not there either: the sweeper finds the file when its hour is over.
  }
}
