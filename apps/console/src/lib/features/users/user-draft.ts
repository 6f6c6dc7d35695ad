import type { CreateUser, SaveUser, User } from "#lib/api/client.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { atMost, first, required } from "#lib/forms/rules.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";

export type AttributeValue = string | number | boolean;

/** An attribute while it is typed. Its value goes out as text unless it was a number or a yes/no before. */
export interface AttributeDraft {
  name: string;
  value: string;
}

export interface IdentityDraft {
  kind: string;
  address: string;
}

export interface UserDraft {
  userId: string;
  name: string;
  attributes: AttributeDraft[];
  /** Asked for a new user only; afterwards each has its own dialog. */
  identities: IdentityDraft[];
  tags: string[];
  /** Ids. */
  departments: string[];
}

const USER_ID = /^[A-Za-z0-9._@:-]{1,64}$/;
const MAX_NAME_LENGTH = 100;
const MAX_VALUE_LENGTH = 500;
const MAX_TAGS = 50;
const MAX_DEPARTMENTS = 20;
export const MAX_ATTRIBUTES = 50;

export function userDraftOf(user: User | undefined, kinds: string[] = []): UserDraft {
  return {
    userId: user?.userId ?? "",
    name: user?.name ?? "",
    attributes: Object.entries(user?.attributes ?? {}).map(([name, value]) => ({ name, value: `${value}` })),
    identities: kinds.map((kind) => ({ kind, address: "" })),
    tags: [...(user?.tags ?? [])],
    departments: (user?.departments ?? []).map(({ id }) => id),
  };
}

export function checkUser(draft: UserDraft, plugins: PluginCatalogue): FieldErrors {
  const errors: FieldErrors = {
    userId: first(required(draft.userId), USER_ID.test(draft.userId.trim()) ? undefined : m.users_id_wrong()),
    name: first(required(draft.name), atMost(draft.name, MAX_NAME_LENGTH)),
    tags: draft.tags.length > MAX_TAGS ? m.users_tags_too_many({ max: MAX_TAGS }) : undefined,
    departments:
      draft.departments.length > MAX_DEPARTMENTS
        ? m.users_departments_too_many({ max: MAX_DEPARTMENTS })
        : undefined,
  };
  const seen = new Set<string>();
  for (const [index, { name, value }] of draft.attributes.entries()) {
    const twice = seen.has(name.trim()) ? m.users_attribute_twice() : undefined;
    errors[`attributes/${index}/name`] = first(required(name), twice);
    errors[`attributes/${index}/value`] = atMost(value, MAX_VALUE_LENGTH);
    seen.add(name.trim());
  }
  for (const [index, { kind, address }] of draft.identities.entries())
    if (address.trim() && !plugins.isAddress(kind, address.trim()))
      errors[`identities/${index}/address`] = addressFault(kind, plugins);
  return errors;
}

export function addressFault(kind: string, plugins: PluginCatalogue): string {
  return m.users_address_wrong({ address: plugins.addressName(kind) });
}

export function sentNewUser(draft: UserDraft): CreateUser {
  return {
    userId: draft.userId.trim(),
    name: draft.name.trim(),
    attributes: typedAttributes(draft.attributes, {}),
    identities: filledIdentities(draft),
    tags: draft.tags,
    departments: draft.departments,
  };
}

/** What changes: an attribute that was taken out is sent as null, or it would stay. */
export function sentChanges(draft: UserDraft, user: User): SaveUser {
  const attributes = typedAttributes(draft.attributes, user.attributes);
  const removed = Object.keys(user.attributes).filter((name) => !Object.hasOwn(attributes, name));
  return {
    name: draft.name.trim(),
    attributes: { ...attributes, ...Object.fromEntries(removed.map((name) => [name, null])) },
    tags: draft.tags,
    departments: draft.departments,
  };
}

/** The identities that were filled in; they count for every source. */
function filledIdentities({ identities }: Pick<UserDraft, "identities">): IdentityDraft[] {
  return identities
    .filter(({ address }) => address.trim())
    .map(({ kind, address }) => ({ kind, address: address.trim() }));
}

/** A value keeps the type that it had: an age typed over an age stays a number. */
function typedAttributes(
  drafts: AttributeDraft[],
  before: Record<string, AttributeValue>,
): Record<string, AttributeValue> {
  return Object.fromEntries(
    drafts.map(({ name, value }) => [name.trim(), typedLike(before[name.trim()], value)]),
  );
}

function typedLike(before: AttributeValue | undefined, value: string): AttributeValue {
  if (typeof before === "number" && value.trim() && Number.isFinite(Number(value))) return Number(value);
  if (typeof before === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}
