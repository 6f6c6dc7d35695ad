import { tidings } from "../../api/client.ts";
import { formatNumber } from "../../format/numbers.ts";

/** How many times of a series are still to come; a series has a year's at most. */
export async function plannedCount(seriesId: string): Promise<string> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await tidings.listOccurrences({
      path: { seriesId },
      query: { state: "planned", limit: 100, cursor },
    });
    count += page.items.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return formatNumber(count);
}
