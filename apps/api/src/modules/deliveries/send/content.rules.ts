import type { schema } from "@tidings/db";
import type { ContentField, OutboundMessage, PluginManifest } from "@tidings/sdk/plugin";
import { fromBigint } from "../../../platform/ids.ts";
import {
  type AddressOf,
  type CompiledRendering,
  isBlank,
  type MessageCategory,
  overlongFields,
  renderContent,
  requiredVariables,
  UNSUBSCRIBE_VARIABLE,
  type Values,
} from "../../templates/index.ts";
import { REASONS } from "../delivery.rules.ts";
import type { ReadyRow } from "./send.repository.ts";

/** Variables with this prefix come from the user: `user_name`, `user_id`, and `user_<attribute>`. */
export const USER_VARIABLE_PREFIX = "user_";

/** What stays the same for every delivery of a chunk. */
export interface SharedContent {
  compiled: CompiledRendering;
  fields: Record<string, ContentField>;
  variables: Record<string, string | number>;
  needed: NeededVariable[];
  /** Where the message is tracked. */
  trackedAddress?: TrackedAddress | undefined;
  /** Where a recipient with this address says that they want no more. */
  unsubscribeUrl(address: string): string;
  /** The vendor is handed it beside the content as well. */
  carriesUnsubscribe: boolean;
}

/** Our address for a tracked link or the pixel in one delivery; `carried` are values that only it keeps. */
export type TrackedAddress = (deliveryId: string, name: Uint8Array, carried: Values) => string | undefined;

/** Where a recipient says that they want no more of what this tenant sends by this channel kind. */
export type UnsubscribeUrl = (recipient: { tenantId: string; kind: string; address: string }) => string;

/** Whether the vendor is handed the recipient's address for unsubscribing: what is advertised can be declined. */
export const carriesUnsubscribe = (
  { unsubscribe }: Pick<PluginManifest, "unsubscribe">,
  category: MessageCategory,
): boolean => unsubscribe === true && category === "marketing";

/** A variable that the content uses or the template requires; no other value is looked at, or leaves the house. */
interface NeededVariable {
  name: string;
  isUsed: boolean;
  isRequired: boolean;
  fallback: string | number | undefined;
}

/** Finds out once for a chunk which variables matter, of those that are used and those that are declared. */
export function neededVariables(
  used: readonly string[],
  declared: readonly schema.TemplateVariable[],
): NeededVariable[] {
  const required = requiredVariables({ variables: declared });
  return [...new Set([...used, ...required])].map((name) => ({
    name,
    isUsed: used.includes(name),
    isRequired: required.includes(name),
    fallback: declared.find((variable) => variable.name === name)?.default,
  }));
}

export type Rendered = { message: OutboundMessage } | { id: string; reason: string; detail: string };

/** Renders one delivery, or says why it cannot be sent to this user. */
export function renderDelivery(shared: SharedContent, row: ReadyRow): Rendered {
  const [id, address] = row;
  const { variables, missing } = valuesFor(shared, row);
  if (missing.length > 0) return { id, reason: REASONS.missingVariable, detail: missing.join(", ") };
  const isNamed = shared.needed.some(({ name }) => name === UNSUBSCRIBE_VARIABLE);
  const unsubscribeUrl = isNamed || shared.carriesUnsubscribe ? shared.unsubscribeUrl(address) : undefined;
  if (isNamed && unsubscribeUrl !== undefined) variables[UNSUBSCRIBE_VARIABLE] = unsubscribeUrl;
  const content = renderContent(shared.compiled, variables, addressesOf(shared, id));
  const overlong = overlongFields(content, shared.fields);
  if (overlong.length > 0) return { id, reason: REASONS.contentTooLong, detail: overlong.join(", ") };
  const message = { ref: fromBigint("dlv", id), address, content, variables };
  return { message: shared.carriesUnsubscribe && unsubscribeUrl ? { ...message, unsubscribeUrl } : message };
}

/** What a user is called may change after sending: the values that come from the user stand in the address itself. */
function addressesOf({ trackedAddress }: SharedContent, deliveryId: string): AddressOf | undefined {
  if (!trackedAddress) return undefined;
  return ({ name, variables }, values) => {
    const ofUser = variables.filter((variable) => variable.startsWith(USER_VARIABLE_PREFIX));
    return trackedAddress(deliveryId, name, Object.fromEntries(ofUser.map((one) => [one, values[one]])));
  };
}

/** What a delivery's content is filled in with, and what is missing. */
export function valuesFor(
  shared: Pick<SharedContent, "needed" | "variables">,
  row: ReadyRow,
): { variables: Record<string, string | number>; missing: string[] } {
  const variables: Record<string, string | number> = {};
  const missing: string[] = [];
  for (const { name, isUsed, isRequired, fallback } of shared.needed) {
    const given = givenValue(shared, row, name);
    if (isRequired && isBlank(given)) missing.push(name);
    const value = isBlank(given) ? (fallback ?? given) : given;
    if (isUsed && value !== undefined) variables[name] = value;
  }
  return { variables, missing };
}

/** The narrowest value given: of the row, of its user, of the whole message. */
function givenValue(
  { variables }: Pick<SharedContent, "variables">,
  row: ReadyRow,
  name: string,
): string | number | undefined {
  const ofRow = row[2];
  if (ofRow && Object.hasOwn(ofRow, name)) return ofRow[name];
  return userValue(row, name) ?? (Object.hasOwn(variables, name) ? variables[name] : undefined);
}

function userValue(
  [, , , userId, userName, attributes]: ReadyRow,
  name: string,
): string | number | undefined {
  if (userId === null || !name.startsWith(USER_VARIABLE_PREFIX)) return undefined;
  const attribute = name.slice(USER_VARIABLE_PREFIX.length);
  if (attributes && Object.hasOwn(attributes, attribute)) {
    const value = attributes[attribute];
    return typeof value === "boolean" ? String(value) : value;
  }
  if (name === "user_id") return userId;
  return name === "user_name" ? (userName ?? "") : undefined;
}
