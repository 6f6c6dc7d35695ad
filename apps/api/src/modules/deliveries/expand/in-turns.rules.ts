/** The messages of all groups, each of which is a tenant's: one of each after another, the tenants behind `last` first. */
export function inTurns<Message extends { tenantId: string }>(
  groups: readonly (readonly Message[])[],
  last: string,
): Message[] {
  const isBehind = ([message]: readonly Message[]) => message !== undefined && message.tenantId > last;
  const inOrder = [...groups.filter(isBehind), ...groups.filter((group) => !isBehind(group))];
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    inOrder.flatMap((group) => group.slice(turn, turn + 1)),
  ).flat();
}
