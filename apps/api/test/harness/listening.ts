import { toUuid } from "@tidings/db";
import { EVENT_TYPES, type EventType } from "../../src/modules/callbacks/callback.rules.ts";
import type { Installation } from "./installation.ts";

/** An endpoint that has been there for long, and that every process of the installation knows of. */
export async function givenEndpoint(
  { books, foundation }: Pick<Installation, "books" | "foundation">,
  source: { tenantId: string; sourceId: string },
  eventTypes: readonly EventType[] = EVENT_TYPES,
): Promise<string> {
  const [{ id }] = await books.transaction(
    ({ sql }) => sql<[{ id: string }]>`
      insert into callback_endpoints (tenant_id, id, source_id, url, event_types, created_at, updated_at)
      select ${toUuid("tenant", source.tenantId)}, uuidv7(), ${toUuid("source", source.sourceId)},
        'https://' || gen_random_uuid() || '.example/', ${[...eventTypes]}::text[]::callback_event_type[],
        now() - interval '1 hour', now() - interval '1 hour'
      returning id`,
  );
  await foundation.listeners.refresh();
  return id;
}
