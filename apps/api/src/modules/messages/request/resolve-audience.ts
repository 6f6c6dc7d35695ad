import type { schema } from "@tidings/db";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { invalidField } from "../../../platform/errors.ts";
import { findUsableFile } from "../../audience-files/index.ts";
import { fullName, resolveDepartments } from "../../departments/index.ts";
import { findSegmentRule } from "../../segments/index.ts";
import { findTagKeys } from "../../tags/index.ts";

type Named = { kind: "tags" | "departments" | "segment" | "file" | "deliveries" };
type Kept = Exclude<schema.Audience, Named>;

/** Whom a request asks for; of what is kept elsewhere it gives the id. */
export type AudienceRequest =
  | Kept
  | Omit<schema.TagAudience, "pinned">
  | { kind: "departments"; departmentIds: string[]; includeChildren: boolean }
  | { kind: "segment"; segmentId: string }
  | { kind: "file"; fileId: string };

/** Whether a message keeps the audience as it was asked for, so that nothing is to be looked up. */
export const isKept = (asked: AudienceRequest): asked is Kept =>
  asked.kind === "all" || asked.kind === "users" || asked.kind === "addresses";

/**
 * Looks up what an audience names, and pins what the message keeps of it: the rule of a segment, so that what was
 * approved is what is sent, which tags had the names, and what departments, segment or file were called. Whom it has is
 * worked out when the message begins.
 */
export async function resolveAudience(
  transact: Transact,
  ctx: RequestContext,
  asked: AudienceRequest,
): Promise<schema.Audience> {
  switch (asked.kind) {
    case "tags":
      return transact(ctx, (tx) => pinTags(tx, ctx, asked));
    case "departments":
      return transact(ctx, (tx) => pinDepartments(tx, ctx, asked));
    case "segment":
      return transact(ctx, (tx) => pinSegment(tx, ctx, asked.segmentId));
    case "file":
      return transact(ctx, (tx) => pinFile(tx, ctx, asked.fileId));
    default:
      return asked;
  }
}

async function pinTags(
  tx: Tx,
  { tenantId }: RequestContext,
  asked: Omit<schema.TagAudience, "pinned">,
): Promise<schema.Audience> {
  const { any, all, not } = asked;
  return { ...asked, pinned: await findTagKeys(tx, tenantId, [...new Set([...any, ...all, ...not])]) };
}

async function pinDepartments(
  tx: Tx,
  ctx: RequestContext,
  { departmentIds, includeChildren }: Extract<AudienceRequest, { kind: "departments" }>,
): Promise<schema.Audience> {
  const found = await resolveDepartments(tx, ctx, departmentIds);
  const departments = departmentIds.map((id, index) => {
    const department = found.get(id);
    if (department) return { id, name: fullName(department.path) };
    throw invalidField(
      `/audience/departmentIds/${index}`,
      `There is no department ${id}.`,
      "unknown_department",
    );
  });
  const byId = new Map(departments.map((department) => [department.id, department]));
  return { kind: "departments", departments: [...byId.values()], includeChildren };
}

async function pinSegment(tx: Tx, ctx: RequestContext, segmentId: string): Promise<schema.Audience> {
  const segment = await findSegmentRule(tx, ctx.tenantId, segmentId);
  if (!segment)
    throw invalidField("/audience/segmentId", `There is no segment ${segmentId}.`, "unknown_segment");
  return { kind: "segment", segmentId, ...segment };
}

async function pinFile(tx: Tx, ctx: RequestContext, fileId: string): Promise<schema.Audience> {
  const sourceId = ctx.actor.kind === "source" ? ctx.actor.id : null;
  const file = await findUsableFile(tx, ctx.tenantId, sourceId, fileId, ctx.now());
  if (!file) {
    const detail = `There is no file ${fileId} any more, or it is not yours. Upload it again.`;
    throw invalidField("/audience/fileId", detail, "unknown_file");
  }
  const { name, recipients, channelKind, rowCount } = file;
  if (rowCount === 0) {
    throw invalidField("/audience/fileId", `The file "${name}" has no row that could be sent.`, "empty_file");
  }
  const columns = file.columns.map((column) => column.name);
  return { kind: "file", fileId, name, recipients, channelKind, columns, rowCount };
}
