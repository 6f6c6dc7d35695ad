import { authorize } from "../../platform/authorization/index.ts";
import { laterThan } from "../../platform/clock.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { type FieldProblem, forbidden, invalidField, invalidInput, noSuch } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import type { PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { type ContentFields, compileRendering, type Rendering, renderContent } from "./rendering.rules.ts";
import { templateChanged, templateVersionNotDraft } from "./template.errors.ts";
import type { TemplateRow, TemplateVersionRow } from "./template.repository.ts";
import * as repository from "./template.repository.ts";
import {
  bestFit,
  checkVersion,
  contentsOf,
  lintPreview,
  type PluginCatalogue,
  previewValues,
  type VersionContent,
} from "./template.rules.ts";
import { lockTemplate, named } from "./template.service.ts";
import { type Tracking, trackingOf } from "./tracked-text.rules.ts";
import { missingVariables, mistypedVariables } from "./variable.rules.ts";

export interface SaveTemplateVersion extends VersionContent {
  tracking?: Tracking | undefined;
  /** When the newest version was last changed, as the caller knows it; null: there is none; undefined: any is replaced. */
  basedOn?: string | null | undefined;
}

export interface PreviewTemplate {
  kind: string;
  number?: number | undefined;
  variables: Record<string, string | number>;
}

export interface TemplatePreview {
  content: Record<string, string>;
  missingVariables: string[];
  findings: FieldProblem[];
}

export interface TemplateVersionServiceDeps {
  transact: Transact;
  plugins: PluginCatalogues<PluginCatalogue>;
  /** What vendors think of a template of theirs that a rendering names. */
  findReviewProblems(
    tx: Tx,
    tenantId: string,
    asked: {
      kind: string;
      content: Rendering;
      fields: ContentFields;
      pointerTo(field: string): string;
    },
  ): Promise<FieldProblem[]>;
}

export function createTemplateVersionService(deps: TemplateVersionServiceDeps) {
  return {
    /** Makes the template's draft, or replaces it: a template has one at most. */
    async saveTemplateVersion(
      ctx: RequestContext,
      templateId: string,
      { basedOn, ...content }: SaveTemplateVersion,
    ): Promise<TemplateVersionRow> {
      authorize(ctx, "update", "Template");
      const createdBy = authorOf(ctx);
      const errors = checkVersion(content, deps.plugins.of(ctx.tenantId));
      if (errors[0]) throw invalidInput(errors[0].detail, { errors: errors.slice(0, 50) });
      return deps.transact(ctx, async (tx) => {
        const template = await lockTemplate(tx, ctx, templateId);
        const draft = { ...content, tracking: trackingOf(content.tracking) };
        const saved = await saveDraft(tx, ctx, template, { ...draft, createdBy }, basedOn);
        const after = { number: saved.number, ...draft };
        await recordAudit(tx, ctx, { action: "template.draft_saved", ...named(template), after });
        return saved;
      });
    },

    async publishTemplateVersion(
      ctx: RequestContext,
      templateId: string,
      number: number,
    ): Promise<TemplateVersionRow> {
      authorize(ctx, "publish", "Template");
      return deps.transact(ctx, async (tx) => {
        const template = await lockTemplate(tx, ctx, templateId);
        const version = await getVersion(tx, ctx, template, number);
        if (version.state !== "draft") {
          throw templateVersionNotDraft(`Version ${number} of "${template.name}" is ${version.state}.`);
        }
        return publish(tx, ctx, template, version);
      });
    },

    /** Renders one kind of a version. Nothing is sent or kept. */
    async previewTemplate(
      ctx: RequestContext,
      templateId: string,
      input: PreviewTemplate,
    ): Promise<TemplatePreview> {
      authorize(ctx, "read", "Template");
      return deps.transact(ctx, async (tx) => {
        const version = await findPreviewedVersion(tx, ctx, templateId, input.number);
        const { fields, ...shown } = preview(version, input, deps.plugins.of(ctx.tenantId));
        // They name channels, of which a source knows those that it may use.
        if (ctx.actor.kind === "source") return shown;
        const { kind } = input;
        const pointerTo = (field: string) => `/renderings/${kind}/${field}`;
        const reviewed = { kind, content: shown.content, fields, pointerTo };
        const problems = await deps.findReviewProblems(tx, ctx.tenantId, reviewed);
        return { ...shown, findings: [...shown.findings, ...problems] };
      });
    },
  };
}

export type TemplateVersionService = ReturnType<typeof createTemplateVersionService>;

async function saveDraft(
  tx: Tx,
  ctx: RequestContext,
  template: TemplateRow,
  content: Pick<TemplateVersionRow, "variables" | "renderings" | "tracking" | "createdBy">,
  basedOn: string | null | undefined,
): Promise<TemplateVersionRow> {
  const newest = await repository.findNewestVersion(tx, ctx.tenantId, template.id);
  assertUnchanged(template, newest, basedOn);
  const updatedAt = newest ? laterThan(newest.updatedAt, ctx.now()) : ctx.now();
  const changes = { ...content, updatedAt };
  if (newest?.state === "draft") return await updated(tx, newest, changes);
  return repository.insertVersion(tx, {
    tenantId: ctx.tenantId,
    id: newId("templateVersion"),
    templateId: template.id,
    number: (newest?.number ?? 0) + 1,
    createdAt: changes.updatedAt,
    ...changes,
  });
}

/** What somebody saved after the caller began is not lost unseen. */
function assertUnchanged(
  { name }: TemplateRow,
  newest: TemplateVersionRow | undefined,
  basedOn: string | null | undefined,
): void {
  if (basedOn === undefined || !newest || Date.parse(basedOn ?? "") === newest.updatedAt.getTime()) return;
  const { number, state } = newest;
  throw templateChanged(`"${name}" was changed meanwhile; its newest version is ${number}, ${state}.`, {
    extensions: { number },
  });
}

/** Retires what was published and puts the version in its place. */
async function publish(
  tx: Tx,
  ctx: RequestContext,
  template: TemplateRow,
  version: TemplateVersionRow,
): Promise<TemplateVersionRow> {
  const at = ctx.now();
  const previous = await repository.findVersionInState(tx, ctx.tenantId, template.id, "published");
  if (previous) await updated(tx, previous, { state: "retired", updatedAt: at });
  const saved = await updated(tx, version, {
    state: "published",
    publishedAt: at,
    updatedAt: laterThan(version.updatedAt, at),
  });
  await recordAudit(tx, ctx, {
    action: "template.published",
    ...named(template),
    ...(previous ? { before: { number: previous.number } } : {}),
    after: { number: saved.number },
  });
  return saved;
}

async function updated(
  tx: Tx,
  version: TemplateVersionRow,
  changes: Partial<TemplateVersionRow>,
): Promise<TemplateVersionRow> {
  const saved = await repository.updateVersionInState(tx, version, changes);
  if (!saved) throw templateVersionNotDraft(`Version ${version.number} is no longer ${version.state}.`);
  return saved;
}

async function getVersion(
  tx: Tx,
  ctx: RequestContext,
  template: Pick<TemplateRow, "id">,
  number: number,
): Promise<TemplateVersionRow> {
  const version = await repository.findVersionByNumber(tx, ctx.tenantId, template.id, number);
  if (!version) throw noSuch("version", `${number} of ${template.id}`);
  return version;
}

/** The version of that number; without one the draft, else the published one. */
export async function findPreviewedVersion(
  tx: Tx,
  ctx: RequestContext,
  templateId: string,
  number: number | undefined,
): Promise<TemplateVersionRow> {
  if (number !== undefined) return getVersion(tx, ctx, { id: templateId }, number);
  const version =
    (await repository.findVersionInState(tx, ctx.tenantId, templateId, "draft")) ??
    (await repository.findVersionInState(tx, ctx.tenantId, templateId, "published"));
  if (!version) throw noSuch("draft or published version of the template", templateId);
  return version;
}

function preview(
  version: TemplateVersionRow,
  input: PreviewTemplate,
  plugins: PluginCatalogue,
): TemplatePreview & { fields: ContentFields } {
  const rendering = Object.hasOwn(version.renderings, input.kind)
    ? version.renderings[input.kind]
    : undefined;
  if (!rendering) {
    throw invalidField("/kind", `Version ${version.number} has no rendering for "${input.kind}".`);
  }
  const fields = bestFit(rendering, contentsOf(plugins, input.kind));
  const values = previewValues(version.variables, input.variables);
  const content = renderContent(compileRendering(rendering, fields), values);
  return {
    fields,
    content,
    missingVariables: missingVariables(version.variables, input.variables),
    findings: [
      ...mistypedVariables(version.variables, input.variables),
      ...lintPreview(version, input.kind, content, fields),
    ],
  };
}

/** Versions are written by members: the author is who may not approve them. */
function authorOf(ctx: RequestContext): string {
  if (ctx.actor.kind !== "member") throw forbidden("Templates are written by members, not by sources.");
  return ctx.actor.id;
}
