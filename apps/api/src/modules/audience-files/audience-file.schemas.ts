import { fields, z } from "../../platform/http/index.ts";
import { XLSX } from "../../platform/spreadsheet/index.ts";
import type { AudienceFileRow } from "./audience-file.repository.ts";
import { BAD_ROW_CODES, MAX_BAD_ROWS, MAX_FILE_ROWS } from "./audience-file.rules.ts";
import type { AudienceFileDetail as Detail } from "./audience-file.service.ts";

const content = z.string().openapi({
  format: "binary",
  description: `A header row, then up to ${MAX_FILE_ROWS} rows. One column is called \`address\` or \`userId\` (用户ID), the others like the variables whose values they hold.`,
});

export const AudienceFileBody = { "text/csv": { schema: content }, [XLSX]: { schema: content } };

export const UploadQuery = z.object({
  name: fields.line(200).openapi({ description: "What the file is called.", example: "缴费名单.csv" }),
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, "Not the name of a channel kind.")
    .optional()
    .openapi({ description: "Of which channel kind the addresses are; not needed for users." }),
});

export const AudienceFileParam = z.object({ fileId: fields.id("audienceFile") });

const count = z.int().min(0);

export const AudienceFile = z
  .object({
    id: fields.id("audienceFile"),
    name: z.string(),
    recipients: z.enum(["addresses", "users"]),
    channelKind: z.string().nullable().openapi({ description: "Null where the rows are users." }),
    columns: z
      .array(z.object({ name: z.string(), blankCount: count }))
      .openapi({ description: "The variables that the rows have, and in how many rows each is blank." }),
    rowCount: count.openapi({ description: "Rows that go: without the bad ones and the duplicates." }),
    badCount: count,
    duplicateCount: count.openapi({ description: "Further rows of a recipient; the first one goes." }),
    badRows: z
      .array(z.object({ line: z.int(), code: z.enum(BAD_ROW_CODES), column: z.string().optional() }))
      .openapi({ description: `The first ${MAX_BAD_ROWS} rows that are left out, and why.` }),
    createdAt: fields.moment,
    expiresAt: fields.moment.openapi({ description: "Until when a new message may go to it." }),
  })
  .openapi("AudienceFile");

export const AudienceFilePage = fields.pageOf(AudienceFile).openapi("AudienceFilePage");

export const AudienceFileDetail = AudienceFile.extend({
  sample: z
    .array(z.object({ line: z.int(), recipient: z.string(), variables: z.record(z.string(), z.string()) }))
    .openapi({ description: "The first rows; addresses are masked." }),
}).openapi("AudienceFileDetail");

type BadRowCode = (typeof BAD_ROW_CODES)[number];

export function toAudienceFile(row: AudienceFileRow): z.infer<typeof AudienceFile> {
  return {
    id: row.id,
    name: row.name,
    recipients: row.recipients,
    channelKind: row.channelKind,
    columns: row.columns,
    rowCount: row.rowCount,
    badCount: row.badCount,
    duplicateCount: row.duplicateCount,
    badRows: row.badRows.map((bad) => ({ ...bad, code: bad.code as BadRowCode })),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

export const toAudienceFileDetail = (row: Detail): z.infer<typeof AudienceFileDetail> => ({
  ...toAudienceFile(row),
  sample: row.sample.map(({ line, recipient, variables }) => ({
    line,
    recipient,
    variables: variables ?? {},
  })),
});
