import type {
  MessageCategory,
  SaveTemplateVersion,
  TemplateVariable,
  TemplateVersion,
  Tracking,
} from "#lib/api/client.ts";

/** A variable as it is typed: what is left empty is empty text. */
export interface VariableDraft {
  name: string;
  type: TemplateVariable["type"];
  required: boolean;
  default: string;
  example: string;
}

/** Channel kind → content field → text. */
export type Renderings = Record<string, Record<string, string>>;

/** A version while it is written. */
export interface Draft {
  variables: VariableDraft[];
  renderings: Renderings;
  tracking: Tracking;
  category: MessageCategory;
}

/** Where writing begins: the version it continues, or an empty page. */
export function draftOf(version: TemplateVersion | undefined): Draft {
  const variables = version?.variables ?? [];
  return {
    variables: variables.map((variable) => ({ default: "", example: "", ...variable })),
    renderings: structuredClone(version?.renderings ?? {}),
    tracking: { links: false, opens: false, ...version?.tracking },
    category: version?.category ?? "service",
  };
}

export function newVariable(name = "", example = ""): VariableDraft {
  return { name, type: "text", required: true, default: "", example };
}

/** What is sent: fields and values that were left empty are left out. */
export function sentDraft({ variables, renderings, tracking, category }: Draft): SaveTemplateVersion {
  return {
    category,
    variables: variables.map(({ name, type, required, default: fallback, example }) => ({
      name: name.trim(),
      type,
      required,
      ...(fallback && { default: fallback }),
      ...(example && { example }),
    })),
    renderings: Object.fromEntries(
      Object.entries(renderings).map(([kind, fields]) => [kind, withoutEmpty(fields)]),
    ),
    tracking,
  };
}

/** Values to try a version with: the example, else the default. */
export function exampleValues(variables: readonly TemplateVariable[]): Record<string, string> {
  return Object.fromEntries(
    variables.map(({ name, example, default: fallback }) => [name, example || fallback || ""]),
  );
}

export function withoutEmpty(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ""));
}
