import type { Department } from "#lib/api/client.ts";

/** A line of the tree as it is drawn. */
export interface TreeRow {
  department: Department;
  /** From 1. */
  level: number;
  place: number;
  siblingCount: number;
  hasChildren: boolean;
}

/** The departments below a parent, null for the top, in the order they were made. */
export const childrenOf = (departments: readonly Department[], parentId: string | null): Department[] =>
  departments.filter((department) => department.parentId === parentId);

/** The lines that can be seen: of a department that is folded, nothing below it. */
export function visibleRows(
  departments: readonly Department[],
  isFolded: (id: string) => boolean,
  parentId: string | null = null,
  level = 1,
): TreeRow[] {
  const siblings = childrenOf(departments, parentId);
  return siblings.flatMap((department, index): TreeRow[] => {
    const hasChildren = department.childCount > 0;
    const row = { department, level, place: index + 1, siblingCount: siblings.length, hasChildren };
    if (!hasChildren || isFolded(department.id)) return [row];
    return [row, ...visibleRows(departments, isFolded, department.id, level + 1)];
  });
}

/** A department and everything below it: places where it cannot be moved to. */
export function idsWithin(departments: readonly Department[], id: string): Set<string> {
  const ids = new Set([id]);
  for (const child of childrenOf(departments, id))
    for (const one of idsWithin(departments, child.id)) ids.add(one);
  return ids;
}
