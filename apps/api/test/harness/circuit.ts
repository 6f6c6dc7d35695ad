import { toUuid } from "@tidings/db";
import type { Installation } from "./installation.ts";
import type { School } from "./school.ts";

/** Has a channel found down now, and left alone until tomorrow. */
export async function goesDown(
  { books }: Pick<Installation, "books">,
  school: School,
  channel: { id: string },
): Promise<void> {
  await books.transaction(
    ({ sql }) => sql`
      insert into channel_circuits (tenant_id, channel_id, state, cause, since, next_probe_at)
      values (${toUuid("tenant", school.tenantId)}, ${toUuid("channel", channel.id)}, 'open', 'unreachable', now(),
        now() + interval '1 day')`,
  );
}
