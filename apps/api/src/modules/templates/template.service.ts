import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { newId } from "../../platform/ids.ts";
import { recordAudit } from "../audit/index.ts";
import { giveBackQuota, takeQuota } from "../tenants/index.ts";
import { templateInUse, templateNotUnique } from "./template.errors.ts";
import type { TemplateVersionRow, TemplateWithVersions } from "./template.repository.ts";
import * as repository from "./template.repository.ts";

export interface CreateTemplate {
  code: string;
  name: string;
}

export type TemplateDetail = TemplateWithVersions & { versions: TemplateVersionRow[] };

export function createTemplateService(deps: { transact: Transact }) {
  return {
    async createTemplate(ctx: RequestContext, input: CreateTemplate): Promise<TemplateWithVersions> {
      authorize(ctx, "create", "Template");
      return deps.transact(ctx, async (tx) => {
        await takeQuota(tx, ctx, "templates");
        const row = { tenantId: ctx.tenantId, id: newId("template"), ...input };
        const saved = await repository.insertTemplate(tx, row).catch(explainConflict(input));
        await recordAudit(tx, ctx, { action: "template.created", ...named(saved), after: input });
        return { ...saved, liveVersions: [] };
      });
    },

    async listTemplates(ctx: RequestContext, page: PageRequest): Promise<Page<TemplateWithVersions>> {
      authorize(ctx, "read", "Template");
      const rows = await deps.transact(ctx, (tx) => repository.listTemplates(tx, ctx.tenantId, page));
      return toPage(
        rows,
        page,
        (row) => row.id,
        (row) => row,
      );
    },

    async getTemplate(ctx: RequestContext, templateId: string): Promise<TemplateDetail> {
      authorize(ctx, "read", "Template");
      return deps.transact(ctx, async (tx) => {
        const template = await getTemplate(tx, ctx, templateId);
        return { ...template, versions: await repository.listVersions(tx, ctx.tenantId, templateId) };
      });
    },

    async renameTemplate(
      ctx: RequestContext,
      templateId: string,
      name: string,
    ): Promise<TemplateWithVersions> {
      authorize(ctx, "update", "Template");
      return deps.transact(ctx, async (tx) => {
        const before = await getTemplate(tx, ctx, templateId);
        const after = { ...before, name, updatedAt: ctx.now() };
        await repository
          .renameTemplate(tx, ctx.tenantId, templateId, { name, updatedAt: after.updatedAt })
          .catch(explainConflict(after));
        await recordAudit(tx, ctx, {
          action: "template.renamed",
          ...named(after),
          before: { name: before.name },
          after: { name },
        });
        return after;
      });
    },

    async deleteTemplate(ctx: RequestContext, templateId: string): Promise<void> {
      authorize(ctx, "delete", "Template");
      await deps.transact(ctx, async (tx) => {
        const before = await lockTemplate(tx, ctx, templateId);
        if (await repository.isUsed(tx, ctx.tenantId, templateId)) {
          throw templateInUse(`Messages were sent from "${before.name}", and their history shows it.`);
        }
        await repository.deleteTemplate(tx, ctx.tenantId, templateId);
        await giveBackQuota(tx, ctx, "templates");
        await recordAudit(tx, ctx, {
          action: "template.deleted",
          ...named(before),
          before: { code: before.code, name: before.name },
        });
      });
    },
  };
}

export type TemplateService = ReturnType<typeof createTemplateService>;

async function getTemplate(tx: Tx, ctx: RequestContext, templateId: string): Promise<TemplateWithVersions> {
  const template = await repository.findTemplate(tx, ctx.tenantId, templateId);
  if (!template) throw noSuch("template", templateId);
  return template;
}

/** The template, kept from changes by others until the transaction ends. */
export async function lockTemplate(tx: Tx, ctx: RequestContext, templateId: string) {
  const template = await repository.lockTemplate(tx, ctx.tenantId, templateId);
  if (!template) throw noSuch("template", templateId);
  return template;
}

export const named = (template: { id: string; name: string }) => ({
  subjectId: template.id,
  subjectName: template.name,
});

/** Says which of the two unique fields is taken. */
const explainConflict = (input: { code: string; name: string }) => (error: unknown) => {
  const constraint = violatedUnique(error);
  if (constraint === undefined) throw error;
  const [field, value] = constraint.includes("code") ? ["code", input.code] : ["name", input.name];
  throw templateNotUnique(`A template with the ${field} "${value}" exists already.`, {
    errors: [{ pointer: `/${field}`, detail: `"${value}" is taken.`, code: "taken" }],
  });
};
