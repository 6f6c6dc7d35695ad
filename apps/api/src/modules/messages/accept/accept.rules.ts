import type { schema } from "@tidings/db";
import { canonicalJson, sha256Hex } from "../../../platform/crypto/index.ts";
import { type FieldProblem, invalidField, invalidInput } from "../../../platform/errors.ts";
import type { PluginCatalogue } from "../../../platform/plugin-runtime/index.ts";
import {
  checkRenderings,
  missingVariables,
  mistypedVariables,
  UNSUBSCRIBE_VARIABLE,
  variablesOf,
} from "../../templates/index.ts";
import { checkAddress, checkEntered } from "../../users/index.ts";
import type { Schedule } from "../course/schedule.rules.ts";
import { variablesMissing } from "../message.errors.ts";
import { assertContentFor } from "../request/content.rules.ts";
import type { AudienceRequest } from "../request/resolve-audience.ts";
import type { SendPlan } from "../request/send-plan.ts";
import type { AskedOptions } from "../request/sending-options.rules.ts";

/** A request to send. */
export type MessageRequest = Omit<SendMessage, "audience"> & { audience: AudienceRequest };

/** A request to send whose audience is resolved. */
export interface SendMessage extends AskedOptions {
  audience: schema.Audience;
  channels?: string[] | undefined;
  policy?: string | undefined;
  template?: string | undefined;
  content?: schema.Renderings | undefined;
  tracking?: schema.Tracking | undefined;
  variables: Record<string, string | number>;
  priority: number;
  schedule?: Schedule | undefined;
  ttlSeconds?: number | undefined;
  rate?: schema.Rate | undefined;
  /** Sent to try a channel: the tenant's statistics leave it out. */
  isTest?: boolean | undefined;
}

const USER_VARIABLE = /^user_/;
const USER_VARIABLE_USE = /\{\{\s*(user_[A-Za-z0-9_]{1,59})\s*\}\}/g;
const ANY_VARIABLE = /\{\{\s*([A-Za-z][A-Za-z0-9_]{0,63})\s*\}\}/g;
const MAX_TITLE_LENGTH = 60;
/** Problems that an answer lists at most. */
const MAX_LISTED = 50;

/** Checks everything that the plan and the request settle together; throws the first kind of problem it finds. */
export function checkSend(catalogue: PluginCatalogue, plan: SendPlan, input: SendMessage): void {
  checkContent(catalogue, plan, input);
  checkAddresses(catalogue, plan, input);
  checkVariables(plan, input);
}

/** What a template says was checked with the plan; content of the request's own is checked here. */
function checkContent(catalogue: PluginCatalogue, plan: SendPlan, input: SendMessage): void {
  if (plan.template) {
    if (input.tracking)
      throw invalidField("/tracking", "The template says what is tracked.", "not_applicable");
    return;
  }
  const content = input.content ?? {};
  assertContentFor(catalogue, plan.allChannels, content, "/content");
  const problems = checkRenderings(content, namesIn(input), catalogue).map((problem) => ({
    ...problem,
    pointer: problem.pointer.replace(/^\/renderings/, "/content"),
  }));
  if (problems.length > 0)
    throw invalidInput(problems[0]?.detail ?? "The content is not valid.", { errors: problems });
  checkRows(content, input);
}

/** Variables of the content that have no value of the message's need one beside each typed address. */
function checkRows(content: schema.Renderings, { audience, variables }: SendMessage): void {
  if (audience.kind !== "addresses") return;
  const texts = Object.values(content).flatMap((fields) => Object.values(fields));
  const used = new Set(texts.flatMap(variablesOf));
  used.delete(UNSUBSCRIBE_VARIABLE);
  const open = [...used].filter((name) => !Object.hasOwn(variables, name));
  if (open.length === 0) return;
  const missing = audience.addresses.flatMap((row, index) =>
    open.filter((name) => !Object.hasOwn(row.variables ?? {}, name)).map((name) => ({ index, name })),
  );
  if (missing.length === 0) return;
  const names = [...new Set(missing.map(({ name }) => name))];
  throw variablesMissing(`These variables have no value for some addresses: ${names.join(", ")}.`, {
    errors: missing.slice(0, MAX_LISTED).map(({ index, name }) => ({
      pointer: `/audience/addresses/${index}/variables/${name}`,
      detail: `The content needs "${name}".`,
      code: "missing",
    })),
  });
}

/** Variables that content without a template may use: those that are given, and the user's own. */
function namesIn(input: SendMessage): Set<string> {
  const { audience } = input;
  const names = new Set([...Object.keys(input.variables), ...namesOfRows(audience)]);
  if (!goesToUsers(audience)) return names;
  const texts = Object.values(input.content ?? {}).flatMap((fields) => Object.values(fields));
  for (const text of texts) for (const [, name] of text.matchAll(USER_VARIABLE_USE)) names.add(name ?? "");
  return names;
}

/** Whether the recipients are users; addresses that are typed or come in a file belong to nobody we know. */
const goesToUsers = (audience: schema.Audience): boolean =>
  audience.kind !== "addresses" && !(audience.kind === "file" && audience.recipients === "addresses");

/** Variables whose values stand beside the recipients. */
function namesOfRows(audience: schema.Audience): string[] {
  if (audience.kind === "file") return audience.columns;
  if (audience.kind !== "addresses") return [];
  return audience.addresses.flatMap((row) => Object.keys(row.variables ?? {}));
}

/** Custom addresses belong to one channel kind, must look like its addresses, and know no fallback. */
function checkAddresses(catalogue: PluginCatalogue, plan: SendPlan, input: SendMessage): void {
  if (goesToUsers(input.audience)) return;
  if (plan.policyVersionId) {
    throw invalidField(
      "/policy",
      "A policy needs users; custom addresses have no other channel.",
      "needs_users",
    );
  }
  const kinds = new Set(plan.channels.map((channel) => channel.kind));
  if (kinds.size > 1) {
    throw invalidField("/channels", "Custom addresses go to channels of one kind.", "several_kinds");
  }
  const [kind = ""] = kinds;
  const entered = checkEntered(catalogue, kind, "/audience");
  if (entered) throw invalidInput(entered.detail, { errors: [entered] });
  if (input.audience.kind === "file" && input.audience.channelKind !== kind) {
    const detail = `The file has addresses of the kind "${input.audience.channelKind}", and the channel is of the kind "${kind}".`;
    throw invalidField("/channels", detail, "another_kind");
  }
  // Those of a file were judged when it was uploaded.
  const addresses = input.audience.kind === "addresses" ? input.audience.addresses : [];
  const errors = addresses.flatMap(({ address }, index): FieldProblem[] => {
    const problem = checkAddress(catalogue, { kind, address }, `/audience/addresses/${index}`);
    return problem ? [problem] : [];
  });
  if (errors.length > 0) {
    throw invalidInput(`${errors.length} of the addresses are not valid.`, {
      errors: errors.slice(0, MAX_LISTED),
    });
  }
}

function checkVariables(plan: SendPlan, input: SendMessage): void {
  const declared = plan.template?.variables ?? [];
  const required = declared.filter(({ name }) => !isKnownLater(input.audience, name));
  const rows = input.audience.kind === "addresses" ? input.audience.addresses : [{ variables: {} }];
  const missing = new Set(
    rows.flatMap((row) => missingVariables(required, { ...input.variables, ...row.variables })),
  );
  if (missing.size > 0) {
    const names = [...missing];
    throw variablesMissing(`These variables have no value: ${names.join(", ")}.`, {
      errors: names.map((name) => ({
        pointer: `/variables/${name}`,
        detail: `The template needs "${name}".`,
        code: "missing",
      })),
    });
  }
  const mistyped = mistypedVariables(declared, input.variables);
  if (mistyped.length > 0) throw invalidInput(mistyped[0]?.detail ?? "", { errors: mistyped });
}

/** What comes from the user or the row of a file is known only when the message is rendered for that recipient. */
function isKnownLater(audience: schema.Audience, name: string): boolean {
  if (audience.kind === "file" && audience.columns.includes(name)) return true;
  return goesToUsers(audience) && USER_VARIABLE.test(name);
}

/** Tells one request from another: equal fields, in whatever order, give equal hashes. */
export const requestHashOf = (input: SendMessage | MessageRequest): string => sha256Hex(canonicalJson(input));

/**
 * What an approval binds to: the request, and what its references stood for. Time and rate are no part of it: they
 * can be changed afterwards, by somebody who may send, and the change stands in the audit log. `requestHash` spares
 * working it out again where it is known.
 */
export function contentHashOf(plan: SendPlan, input: SendMessage, requestHash?: string): string {
  const isLasting = input.schedule === undefined && input.rate === undefined;
  const request = (isLasting && requestHash) || requestHashOf(lastingOf(input));
  return sha256Hex(`${request} ${plan.fingerprint}`);
}

const lastingOf = ({ schedule: _, rate: __, ...lasting }: SendMessage) => lasting;

/**
 * What lists show: the template's name, else the beginning of the first text with the message's variables in it. What
 * differs from one recipient to the next stays open.
 */
export function titleOf(plan: SendPlan, input: SendMessage): string {
  if (plan.template) return plan.template.name;
  const [fields = {}] = Object.values(input.content ?? {});
  const text = fields.title ?? fields.subject ?? fields.text ?? Object.values(fields)[0] ?? "";
  const filled = text.replace(ANY_VARIABLE, (_, name: string) =>
    Object.hasOwn(input.variables, name) && !isOfRecipient(input, name) ? `${input.variables[name]}` : "…",
  );
  const line = filled.replace(/\s+/g, " ").trim();
  return [...line].length > MAX_TITLE_LENGTH ? `${[...line].slice(0, MAX_TITLE_LENGTH - 1).join("")}…` : line;
}

/** Whether the variable's value comes from each recipient rather than from the message. */
export function isOfRecipient({ audience }: SendMessage, name: string): boolean {
  return namesOfRows(audience).includes(name) || (goesToUsers(audience) && USER_VARIABLE.test(name));
}
