import { invalidField } from "../../platform/errors.ts";
import { departmentTreeLimit } from "./department.errors.ts";

/** Levels of the tree: a group of schools, schools, grades and classes with room to spare. */
export const MAX_DEPTH = 8;
export const MAX_CHILDREN = 500;

/** A department with what it is called: names from the top of the tree down to it. */
export interface NamedDepartment {
  id: string;
  path: string[];
}

export interface TreeNode {
  id: string;
  parentId: string | null;
}

/** Throws unless the department, null for one that is still to be made, may hang below the parent. */
export function assertPlace(nodes: readonly TreeNode[], id: string | null, parentId: string | null): void {
  const ancestors = ancestorsOf(nodes, parentId);
  if (id !== null && ancestors.includes(id)) {
    throw invalidField("/parentId", "A department cannot hang below itself or its own children.", "cycle");
  }
  const levels = ancestors.length + (id === null ? 1 : heightOf(nodes, id));
  if (levels > MAX_DEPTH) {
    throw departmentTreeLimit(`With this the tree would have ${levels} levels; ${MAX_DEPTH} are possible.`, {
      extensions: { limit: MAX_DEPTH },
    });
  }
  const siblings = nodes.filter((node) => node.parentId === parentId && node.id !== id);
  if (siblings.length >= MAX_CHILDREN) {
    throw departmentTreeLimit(
      `There are ${siblings.length} departments here already, and no more are possible.`,
      {
        extensions: { limit: MAX_CHILDREN },
      },
    );
  }
}

/** The department and those above it, from below. */
function ancestorsOf(nodes: readonly TreeNode[], id: string | null): string[] {
  const parents = new Map(nodes.map((node) => [node.id, node.parentId]));
  const ids: string[] = [];
  for (let at = id; at !== null && !ids.includes(at); at = parents.get(at) ?? null) ids.push(at);
  return ids;
}

/** Levels of the department and what hangs below it. */
function heightOf(nodes: readonly TreeNode[], id: string): number {
  let level = [id];
  let height = 0;
  for (; level.length > 0 && height <= MAX_DEPTH; height++) {
    const above = new Set(level);
    level = nodes.flatMap((node) => (node.parentId !== null && above.has(node.parentId) ? [node.id] : []));
  }
  return height;
}

/** What a department is called where its place has to be seen: `高一 / 1班`. */
export const fullName = (path: readonly string[]): string => path.join(" / ");
