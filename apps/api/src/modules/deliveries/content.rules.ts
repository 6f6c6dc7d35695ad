import type { schema } from "@tidings/db";
import type { ContentField, OutboundMessage } from "@tidings/sdk/plugin";
import { fromBigint } from "../../platform/ids.ts";
import {
  applyDefaults,
  type CompiledRendering,
  missingVariables,
  overlongFields,
  renderContent,
} from "../templates/index.ts";
import { REASONS } from "./delivery.rules.ts";
import type { ReadyRow } from "./send.repository.ts";

/** Variables with this prefix come from the user: `user_name`, `user_id`, and `user_<attribute>`. */
export const USER_VARIABLE_PREFIX = "user_";

/** What stays the same for every delivery of a chunk. */
export interface SharedContent {
  compiled: CompiledRendering;
  fields: Record<string, ContentField>;
  variableSchema: schema.TemplateVariable[];
  variables: Record<string, string | number>;
}

export type Rendered = { message: OutboundMessage } | { id: string; reason: string; detail: string };

/** Renders one delivery, or says why it cannot be sent to this user. */
export function renderDelivery(shared: SharedContent, row: ReadyRow): Rendered {
  const [id, address, rowVariables] = row;
  const given = { ...shared.variables, ...userVariables(row), ...rowVariables };
  const missing = missingVariables(shared.variableSchema, given);
  if (missing.length > 0) return { id, reason: REASONS.missingVariable, detail: missing.join(", ") };
  const variables = usedOnly(shared.compiled, applyDefaults(shared.variableSchema, given));
  const content = renderContent(shared.compiled, variables);
  const overlong = overlongFields(content, shared.fields);
  if (overlong.length > 0) return { id, reason: REASONS.contentTooLong, detail: overlong.join(", ") };
  return { message: { ref: fromBigint("dlv", id), address, content, variables } };
}

function userVariables([, , , userId, userName, attributes]: ReadyRow): Record<string, string | number> {
  if (userId === null) return {};
  const values: Record<string, string | number> = { user_id: userId, user_name: userName ?? "" };
  for (const [name, value] of Object.entries(attributes ?? {})) {
    values[USER_VARIABLE_PREFIX + name] = typeof value === "boolean" ? String(value) : value;
  }
  return values;
}

/** Only what the content uses goes to the vendor: a user's other attributes are nobody's business there. */
function usedOnly(
  compiled: CompiledRendering,
  values: Record<string, string | number | undefined>,
): Record<string, string | number> {
  const used: Record<string, string | number> = {};
  for (const { segments } of compiled) {
    for (const { variable } of segments) {
      const value = variable === undefined ? undefined : values[variable];
      if (variable !== undefined && value !== undefined) used[variable] = value;
    }
  }
  return used;
}
