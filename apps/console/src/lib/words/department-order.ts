/** Departments as the tree is read: each before what hangs below it, neighbours in the order they were made. */
export function inTreeOrder<Node extends { id: string; parentId: string | null }>(
  departments: readonly Node[],
  parentId: string | null = null,
): Node[] {
  return departments
    .filter((department) => department.parentId === parentId)
    .flatMap((department) => [department, ...inTreeOrder(departments, department.id)]);
}
