import { fields, z } from "../../platform/http/index.ts";
import { DEFAULT_CATEGORY } from "./category.rules.ts";
import { MessageCategory } from "./category.schemas.ts";
import type { TemplateVersionRow, TemplateWithVersions } from "./template.repository.ts";
import { VARIABLE_NAME } from "./template-text.rules.ts";
import { UNTRACKED } from "./tracked-text.rules.ts";

/** Longest text of one field that the manifest's schema lets a plugin ask for. */
const MAX_TEXT_LENGTH = 262_144;

const channelKind = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, "Not the name of a channel kind.");
const fieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "Not the name of a field.");
const variableName = z.string().regex(VARIABLE_NAME, "Use letters, digits and _; begin with a letter.");

const record = <K extends z.ZodType<string, string>, V extends z.ZodType>(
  key: K,
  value: V,
  maxCount: number,
) =>
  z
    .record(key, value)
    .refine((entries) => Object.keys(entries).length <= maxCount, `At most ${maxCount} entries.`)
    .openapi({ maxProperties: maxCount });

export const CreateTemplateBody = z
  .strictObject({ code: fields.code, name: fields.line(80) })
  .openapi("CreateTemplate");

export const UpdateTemplateBody = z.strictObject({ name: fields.line(80) }).openapi("UpdateTemplate");

const TemplateVariable = z
  .strictObject({
    name: variableName,
    type: z.enum(["text", "number"]),
    required: z.boolean(),
    default: z.string().max(500).optional(),
    example: z.string().max(500).optional(),
  })
  .openapi("TemplateVariable");

const Renderings = record(
  channelKind,
  record(fieldName, z.string().min(1).max(MAX_TEXT_LENGTH), 20),
  20,
).openapi({
  description: "For each channel kind the text of each field, with `{{variable}}` for a variable.",
  example: { sms: { templateCode: "SMS_123456789", text: "您好 {{name}}，请于 {{date}} 前缴费。" } },
});

/** What is found out by our own means. */
export const Tracking = z
  .strictObject({
    links: z.boolean().openapi({
      description:
        "Links lead by us, so that a click comes back; those in texts that a vendor renders do not.",
    }),
    opens: z.boolean().openapi({
      description: "HTML ends with a picture of one pixel; that it is loaded counts as reading.",
    }),
  })
  .openapi("Tracking", {
    description:
      "What is tracked by our own means. A template says so itself; content without one may ask for it.",
  });

export const SaveTemplateVersionBody = z
  .strictObject({
    variables: z.array(TemplateVariable).max(50),
    renderings: Renderings,
    tracking: Tracking.optional(),
    category: MessageCategory.default(DEFAULT_CATEGORY),
    basedOn: fields.moment.nullable().optional().openapi({
      description:
        "`updatedAt` of the template's newest version as it was when this change was begun, null where there was none. What somebody else has saved or published since then is not replaced: the answer is 409 `template-changed`. Without it, it is.",
    }),
  })
  .openapi("SaveTemplateVersion");

export const PreviewTemplateBody = z
  .strictObject({
    kind: channelKind,
    number: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .openapi({ description: "The version to preview; without it the draft, else the published one." }),
    variables: record(variableName, z.union([z.string().max(5000), z.number()]), 50).default({}),
  })
  .openapi("PreviewTemplate");

export const TemplateParam = z.object({ templateId: fields.id("template") });
export const TemplateVersionParam = TemplateParam.extend({
  number: z.coerce.number().int().min(1).max(1_000_000),
});

const templateVersionState = z.enum(["draft", "in_review", "published", "retired"]);

export const Template = z
  .object({
    id: fields.id("template"),
    code: z.string(),
    name: z.string(),
    liveVersions: z
      .array(z.object({ number: z.int(), state: templateVersionState, kinds: z.array(z.string()) }))
      .openapi({
        description: "The versions that are not retired, newest first, and the kinds they render.",
      }),
    createdAt: fields.moment,
    updatedAt: fields.moment,
  })
  .openapi("Template");

export const TemplatePage = fields.pageOf(Template).openapi("TemplatePage");

export const TemplateVersion = z
  .object({
    id: fields.id("templateVersion"),
    number: z.int(),
    state: templateVersionState,
    variables: z.array(TemplateVariable),
    renderings: z.record(z.string(), z.record(z.string(), z.string())),
    tracking: Tracking,
    category: MessageCategory,
    createdBy: fields.id("member"),
    createdAt: fields.moment,
    updatedAt: fields.moment,
    publishedAt: fields.moment.nullable(),
  })
  .openapi("TemplateVersion");

export const TemplateDetail = Template.extend({
  versions: z.array(TemplateVersion).openapi({ description: "The latest 20 versions, newest first." }),
}).openapi("TemplateDetail");

export const TemplatePreview = z
  .object({
    content: z.record(z.string(), z.string()).openapi({ description: "The rendered fields." }),
    missingVariables: z.array(z.string()).openapi({
      description: "Required variables without a value; a message without them is refused.",
    }),
    findings: z
      .array(z.object({ pointer: z.string(), detail: z.string(), code: z.string() }))
      .openapi({ description: "What deserves a look before publishing." }),
  })
  .openapi("TemplatePreview");

export function toTemplate(row: TemplateWithVersions): z.infer<typeof Template> {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    liveVersions: row.liveVersions.map(({ number, state, kinds }) => ({ number, state, kinds })),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toTemplateVersion(row: TemplateVersionRow): z.infer<typeof TemplateVersion> {
  return {
    id: row.id,
    number: row.number,
    state: row.state,
    variables: row.variables,
    renderings: row.renderings,
    tracking: row.tracking ?? UNTRACKED,
    category: row.category,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    publishedAt: row.publishedAt?.toISOString() ?? null,
  };
}
