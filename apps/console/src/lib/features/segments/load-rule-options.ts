import { type Department, type Tag, tidings } from "#lib/api/client.ts";
import { allItems } from "#lib/data/all-items.ts";
import { can } from "#lib/session.svelte.ts";

/** What a rule can name. */
export interface RuleOptions {
  tags: Tag[];
  departments: Department[];
}

export async function loadRuleOptions(): Promise<RuleOptions> {
  const [tags, departments] = await Promise.all([
    can("read", "Tag") ? allItems((query) => tidings.listTags({ query })) : [],
    can("read", "Department") ? allItems((query) => tidings.listDepartments({ query })) : [],
  ]);
  return { tags, departments };
}
