import type { PluginManifest } from "@tidings/sdk/plugin";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { FieldProblem } from "../../platform/errors.ts";

/** What users have to know of the installed plugins. */
export interface PluginCatalogue {
  list(): readonly { manifest: Pick<PluginManifest, "kind" | "address"> }[];
}

/**
 * What is wrong with an address of a kind, or undefined. A kind may be served by several plugins: the address has to
 * suit one of them.
 */
export function checkAddress(
  plugins: PluginCatalogue,
  identity: { kind: string; address: string },
  pointer: string,
): FieldProblem | undefined {
  const manifests = plugins.list().map((plugin) => plugin.manifest);
  const rules = manifests.filter(({ kind }) => kind === identity.kind).map((manifest) => manifest.address);
  if (rules.length === 0) return unknownKind(identity.kind, manifests, pointer);
  if (rules.some(({ schema }) => validatorOf(schema)(identity.address))) return undefined;
  const labels = [...new Set(rules.map(({ label }) => `${label.zh} (${label.en})`))];
  const detail = `This is not an address of the channel kind "${identity.kind}": ${labels.join(", ")}.`;
  return { pointer: `${pointer}/address`, detail, code: "not_an_address" };
}

/** Channel kinds by which every user is reached under the tenant's own id: nobody enters an address of theirs. */
export function userKindsOf(plugins: PluginCatalogue): string[] {
  const kinds = plugins
    .list()
    .flatMap(({ manifest }) => (manifest.address.from === "user" ? [manifest.kind] : []));
  return [...new Set(kinds)];
}

/** What is wrong with entering an address of a kind by which users are reached under their own ids, or undefined. */
export function checkEntered(
  plugins: PluginCatalogue,
  kind: string,
  pointer: string,
): FieldProblem | undefined {
  if (!userKindsOf(plugins).includes(kind)) return undefined;
  const detail = `The channel kind "${kind}" reaches every user under their own id; there is no address to enter. Name the users instead.`;
  return { pointer, detail, code: "reaches_users" };
}

/** What tells addresses of a kind, for very many of them; undefined when no plugin serves the kind. */
export function addressChecker(
  plugins: PluginCatalogue,
  kind: string,
): ((address: string) => boolean) | undefined {
  const validators = plugins
    .list()
    .filter(({ manifest }) => manifest.kind === kind)
    .map(({ manifest }) => validatorOf(manifest.address.schema));
  if (validators.length === 0) return undefined;
  return (address) => validators.some((isValid) => isValid(address));
}

function unknownKind(kind: string, manifests: readonly { kind: string }[], pointer: string): FieldProblem {
  const kinds = [...new Set(manifests.map((manifest) => manifest.kind))].sort();
  const detail = `No installed plugin serves the channel kind "${kind}"; there are: ${kinds.join(", ")}.`;
  return { pointer: `${pointer}/kind`, detail, code: "unknown_kind" };
}

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

/** Compiling takes a millisecond, checking a microsecond. */
const validators = new WeakMap<object, ValidateFunction>();

function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  const compiled = ajv.compile(schema);
  validators.set(schema, compiled);
  return compiled;
}

const PHONE = /^\+?\d{7,15}$/;

/** An address that a person who knows it recognises, and nobody else can use: `152****3124`, `z***@example.cn`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  if (at > 0) return `${firstOf(address, 1)}***${address.slice(at)}`;
  if (PHONE.test(address))
    return `${address.slice(0, Math.max(address.length - 8, 0))}****${lastOf(address)}`;
  return address.length > 8 ? `${firstOf(address, 2)}***` : "***";
}

const firstOf = (text: string, count: number) => [...text.slice(0, count * 2)].slice(0, count).join("");

/** The last four digits, or two where four would be most of the number. */
const lastOf = (phone: string) => phone.slice(phone.length >= 10 ? -4 : -2);
