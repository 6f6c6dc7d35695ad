import { canonicalJson } from "../../platform/crypto/index.ts";
import type { FieldProblem } from "../../platform/errors.ts";
import type { DepartmentReferences, NamedDepartment } from "../departments/index.ts";
import { checkAddress, checkEntered, maskAddress, type PluginCatalogue } from "./address.rules.ts";

export type AttributeValue = string | number | boolean;

/** For whom an identity counts: every source, one source, or one channel. Narrower wins. */
export type IdentityScope =
  | { kind: "all" }
  | { kind: "source"; sourceId: string }
  | { kind: "channel"; channelId: string };

export interface Identity {
  kind: string;
  address: string;
  scope: IdentityScope;
}

/** What is known of a user. */
export interface UserState {
  name: string;
  attributes: Record<string, AttributeValue>;
  identities: Identity[];
  tags: string[];
  departments: NamedDepartment[];
}

/** What a caller says about a user; what is left out stays as it is. */
export interface UserInput {
  /** The tenant's own id of the user. */
  userId: string;
  name?: string | undefined;
  /** Merged by name; null takes an attribute away. */
  attributes?: Record<string, AttributeValue | null> | undefined;
  /** Merged by kind and scope. */
  identities?: Identity[] | undefined;
  /** All tags of the user. */
  tags?: string[] | undefined;
  /** All departments of the user, by id or code. */
  departments?: string[] | undefined;
}

export const MAX_ATTRIBUTES = 50;
export const MAX_IDENTITIES = 20;
export const MAX_TAGS = 50;
export const MAX_DEPARTMENTS = 20;

/** What a user may refer to: the tenant's sources, its channels with their kinds, and its departments. */
export interface KnownReferences {
  sourceIds: ReadonlySet<string>;
  channelKinds: ReadonlyMap<string, string>;
  /** Set when a source asks: it binds identities to itself and to no other source. */
  onlySourceId?: string | undefined;
  departments: DepartmentReferences;
}

/** Everything that is wrong with what a caller says, apart from how much there is already. */
export function checkUserInput(
  input: UserInput,
  plugins: PluginCatalogue,
  known: KnownReferences,
): FieldProblem[] {
  const seen = new Set<string>();
  const ofIdentities = (input.identities ?? []).flatMap((identity, index) => {
    const pointer = `/identities/${index}`;
    const key = keyOf(identity);
    const twice = seen.has(key) ? [declaredTwice(identity, pointer)] : [];
    seen.add(key);
    const problems = [
      checkEntered(plugins, identity.kind, `${pointer}/kind`) ?? checkAddress(plugins, identity, pointer),
      checkScope(identity, known, pointer),
    ];
    return [...problems.filter((problem) => problem !== undefined), ...twice];
  });
  const ofDepartments = (input.departments ?? []).flatMap((reference, index) =>
    known.departments.has(reference) ? [] : [unknownDepartment(reference, `/departments/${index}`)],
  );
  return [...ofIdentities, ...ofDepartments];
}

/** What is wrong with the scope of an identity, or undefined. */
export function checkScope(
  { kind, scope }: Pick<Identity, "kind" | "scope">,
  known: Omit<KnownReferences, "departments">,
  pointer: string,
): FieldProblem | undefined {
  if (scope.kind === "source") {
    if (known.onlySourceId !== undefined && scope.sourceId !== known.onlySourceId) {
      const detail = "A source binds identities to itself, not to another source.";
      return { pointer: `${pointer}/scope/sourceId`, detail, code: "another_source" };
    }
    if (!known.sourceIds.has(scope.sourceId)) {
      const detail = `There is no source ${scope.sourceId}.`;
      return { pointer: `${pointer}/scope/sourceId`, detail, code: "unknown_source" };
    }
  }
  if (scope.kind === "channel" && known.channelKinds.get(scope.channelId) !== kind) {
    const detail = `There is no channel ${scope.channelId} of the kind "${kind}".`;
    return { pointer: `${pointer}/scope/channelId`, detail, code: "unknown_channel" };
  }
  return undefined;
}

/** The user as it is after what the caller said. */
export function mergeUser(
  before: UserState,
  input: UserInput,
  departments: DepartmentReferences = new Map(),
): UserState {
  const attributes = Object.entries({ ...before.attributes, ...input.attributes });
  const given = new Map((input.identities ?? []).map((identity) => [keyOf(identity), identity]));
  const kept = before.identities.filter((identity) => !given.has(keyOf(identity)));
  return {
    name: input.name ?? before.name,
    attributes: Object.fromEntries(
      attributes.filter((entry): entry is [string, AttributeValue] => entry[1] !== null),
    ),
    identities: [...kept, ...given.values()],
    tags: input.tags ? [...new Set(input.tags)].sort() : before.tags,
    departments: input.departments ? named(input.departments, departments) : before.departments,
  };
}

/** What the references stand for, each department once. */
function named(references: readonly string[], departments: DepartmentReferences): NamedDepartment[] {
  const found = references.flatMap((reference) => departments.get(reference) ?? []);
  return [...new Map(found.map((department) => [department.id, department])).values()];
}

/** A user may not outgrow what one call may bring, however many calls it takes. */
export function checkSize(user: UserState): FieldProblem[] {
  const sizes = [
    { pointer: "/attributes", count: Object.keys(user.attributes).length, max: MAX_ATTRIBUTES },
    { pointer: "/identities", count: user.identities.length, max: MAX_IDENTITIES },
  ];
  return sizes
    .filter(({ count, max }) => count > max)
    .map(({ pointer, count, max }) => ({
      pointer,
      detail: `With this the user would have ${count} ${pointer.slice(1)}; ${max} are possible.`,
      code: "too_many",
    }));
}

export const isSameUser = (a: UserState, b: UserState): boolean =>
  canonicalJson(inOrder(a)) === canonicalJson(inOrder(b));

const inOrder = ({ name, attributes, identities, tags, departments }: UserState) => ({
  name,
  attributes,
  identities: [...identities].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
  tags: [...tags].sort(),
  departments: departments.map(({ id }) => id).sort(),
});

/** A user without addresses in clear: for the audit log, and for readers who may not see them. */
export function maskUser<T extends UserState>(user: T): T {
  const identities = user.identities.map((identity) => ({
    ...identity,
    address: maskAddress(identity.address),
  }));
  return { ...user, identities };
}

/** Two identities of one kind and scope are one. */
function keyOf({ kind, scope }: Pick<Identity, "kind" | "scope">): string {
  if (scope.kind === "source") return `${kind} ${scope.sourceId}`;
  return scope.kind === "channel" ? `${kind} ${scope.channelId}` : kind;
}

const unknownDepartment = (reference: string, pointer: string): FieldProblem => ({
  pointer,
  detail: `"${reference}" is neither an id nor a code of a department.`,
  code: "unknown_department",
});

function declaredTwice({ kind }: Identity, pointer: string): FieldProblem {
  const detail = `There are two identities of the kind "${kind}" with the same scope.`;
  return { pointer, detail, code: "declared_twice" };
}
