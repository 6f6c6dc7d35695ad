import { m } from "#messages";

/** A draft may be older than what it names, which was deleted or withdrawn in the meantime. */
export const stillThere = (id: string, offered: readonly { id: string }[]): string | undefined =>
  offered.some((one) => one.id === id) ? undefined : m.compose_error_gone();
