import type { schema } from "@tidings/db";
import type { ContentField } from "@tidings/sdk/plugin";
import { invalidField, invalidInput, type ProblemError } from "../../platform/errors.ts";
import type { PluginCatalogue } from "../../platform/plugin-runtime/index.ts";
import {
  checkRenderings,
  type MessageCategory,
  missingFields,
  mistypedVariables,
  type Tracking,
} from "../templates/index.ts";
import type { Identity } from "../users/index.ts";

/** What is to be shown, wherever it was written. */
export interface PreviewedContent {
  rendering: Record<string, string>;
  declared: readonly schema.TemplateVariable[];
  tracking: Tracking | null;
  category: MessageCategory;
  /** Where the rendering stands in what the caller sent. */
  pointer: "/content" | "/templateId";
}

/** What is asked to be shown: content or a template, to an address or a user. */
export interface PreviewChannel {
  content?: Record<string, string> | undefined;
  templateId?: string | undefined;
  version?: number | undefined;
  variables: Record<string, string | number>;
  address?: string | undefined;
  userId?: string | undefined;
}

/** Exactly one of content and template, exactly one of address and user. */
export function assertOneOfEach({ content, templateId, version, address, userId }: PreviewChannel): void {
  if ((content === undefined) === (templateId === undefined)) {
    throw invalidField("/content", "Give either content or a template.", "exactly_one");
  }
  if (version !== undefined && templateId === undefined) {
    throw invalidField("/version", "A version belongs to a template.", "not_applicable");
  }
  if ((address === undefined) === (userId === undefined)) {
    throw invalidField("/address", "Give either an address or a user.", "exactly_one");
  }
}

const USER_VARIABLE_USE = /\{\{\s*(user_[A-Za-z0-9_]{1,59})\s*\}\}/g;

/** Throws what sending the content by this channel would be refused for. */
export function checkContent(
  catalogue: PluginCatalogue,
  { rendering, declared, pointer }: PreviewedContent,
  channel: { name: string; kind: string; fields: Readonly<Record<string, ContentField>> },
  { variables, userId }: Pick<PreviewChannel, "variables" | "userId">,
): void {
  const lacking = missingFields(rendering, channel.fields);
  if (lacking.length > 0) {
    throw invalidField(
      pointer,
      `Fields are missing for: ${channel.name} (${lacking.join(", ")}).`,
      "incomplete",
    );
  }
  const mistyped = mistypedVariables(declared, variables);
  if (mistyped[0]) throw invalidInput(mistyped[0].detail, { errors: mistyped });
  if (pointer === "/templateId") return;
  const names = new Set([
    ...Object.keys(variables),
    ...(userId === undefined ? [] : userVariablesIn(rendering)),
  ]);
  const errors = checkRenderings({ [channel.kind]: rendering }, names, catalogue).map((problem) => ({
    ...problem,
    pointer: problem.pointer.replace(`/renderings/${channel.kind}`, "/content"),
  }));
  if (errors[0]) throw invalidInput(errors[0].detail, { errors: errors.slice(0, 50) });
}

/** Whoever a message goes to brings these along. */
const userVariablesIn = (rendering: Record<string, string>): string[] =>
  Object.values(rendering).flatMap((text) =>
    [...text.matchAll(USER_VARIABLE_USE)].map(([, name = ""]) => name),
  );

/** The problem of a message that could not be rendered for this recipient. */
export function unrendered({ reason, detail }: { reason: string; detail: string }): ProblemError {
  return reason === "content_too_long"
    ? invalidField("/content", `With these values, too long: ${detail}.`, "too_long")
    : invalidField("/variables", `These variables have no value: ${detail}.`, "missing");
}

/** The address that a message of a member would go to by this channel: the narrowest that counts for it. */
export function addressFor(
  identities: readonly Identity[],
  channel: { id: string; kind: string },
): string | undefined {
  const ofKind = identities.filter(({ kind }) => kind === channel.kind);
  const bound = ofKind.find(({ scope }) => scope.kind === "channel" && scope.channelId === channel.id);
  return (bound ?? ofKind.find(({ scope }) => scope.kind === "all"))?.address;
}
