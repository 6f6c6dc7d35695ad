import type { CallbackEndpoint } from "#lib/api/client.ts";
import { formatDate } from "#lib/format/dates.ts";
import { m } from "#messages";

type Standing = Pick<CallbackEndpoint, "state" | "disabledReason" | "disabledAt" | "failingSince">;

/** Why an endpoint is in its state, and since when; undefined where there is nothing to say. */
export function standingText({
  state,
  disabledReason,
  disabledAt,
  failingSince,
}: Standing): string | undefined {
  if (state === "off") return m.callbacks_standing_off();
  if (state === "disabled") {
    const at = disabledAt ? formatDate(disabledAt) : "";
    return disabledReason === "gone"
      ? m.callbacks_standing_gone({ at })
      : m.callbacks_standing_given_up({ at });
  }
  return failingSince ? m.callbacks_standing_failing({ since: formatDate(failingSince) }) : undefined;
}
