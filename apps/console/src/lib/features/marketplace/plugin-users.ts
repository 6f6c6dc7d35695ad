import { type Problem, ProblemError } from "#lib/api/problem.ts";
import { m } from "#messages";

/** Something that would miss a plugin. */
export interface PluginUser {
  kind: string;
  name: string;
  href: string;
}

const KINDS: Record<string, { text: () => string; path: string }> = {
  used_by_channel: { text: m.marketplace_user_channel, path: "/channels" },
  used_by_policy: { text: m.marketplace_user_policy, path: "/policies" },
  used_by_series: { text: m.marketplace_user_series, path: "/series" },
  used_by_message: { text: m.marketplace_user_message, path: "/messages" },
  used_by_template: { text: m.marketplace_user_template, path: "/templates" },
};

/** What keeps a plugin from being uninstalled, as the API names it; nothing where it refused for another reason. */
export function usersIn(failure: unknown): PluginUser[] {
  return failure instanceof ProblemError && failure.code === "plugin-in-use" ? usersOf(failure.problem) : [];
}

const usersOf = ({ errors = [] }: Problem): PluginUser[] =>
  errors.flatMap(({ code, params: { id, name } = {} }) => {
    const kind = KINDS[code];
    return kind && id !== undefined
      ? [{ kind: kind.text(), name: String(name), href: `${kind.path}/${id}` }]
      : [];
  });
