import type { MessageCategory, SimulatePolicy } from "#lib/api/client.ts";
import { timeZone } from "#lib/format/time-zone.svelte.ts";
import { localOf } from "#lib/format/zoned-time.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { required } from "#lib/forms/rules.ts";
import { m } from "#messages";
import {
  type QuietHoursValues,
  quietHoursErrors,
  quietHoursValues,
  sentQuietHours,
} from "../quiet-hours/quiet-hours-form.ts";

/** When a simulation begins; without `isTimed` at no time of the day. */
export interface StartDraft {
  isTimed: boolean;
  /** By the wall clock of the zone, as a `datetime-local` field holds it. */
  at: string;
  timeZone: string;
  category: MessageCategory;
  /** Empty: what quiet hours do to a message of the category. */
  quietHours: string;
  own: QuietHoursValues;
}

export const newStart = (now: Date): StartDraft => ({
  isTimed: false,
  at: localOf(now, timeZone()),
  timeZone: timeZone(),
  category: "service",
  quietHours: "",
  own: quietHoursValues(null, timeZone()),
});

/** What keeps a simulation from beginning then, by field. */
export const startErrors = ({ isTimed, at, timeZone, own }: StartDraft): FieldErrors =>
  isTimed
    ? {
        "start/on": required(at),
        "start/timeZone": zoneFault(timeZone.trim()),
        ...quietHoursErrors(own, "start/own/"),
      }
    : {};

function zoneFault(zone: string): string | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return required(zone);
  } catch {
    return m.policies_error_zone();
  }
}

export function sentStart(draft: StartDraft): SimulatePolicy["start"] {
  if (!draft.isTimed) return undefined;
  const [on = "", time = ""] = draft.at.split("T");
  const zone = draft.timeZone.trim();
  const own = sentQuietHours({ ...draft.own, timeZone: zone });
  const choice = CHOICES.find((one) => one === draft.quietHours);
  return {
    on,
    timeOfDay: time.slice(0, 5),
    timeZone: zone,
    category: draft.category,
    ...(choice && { quietHours: choice }),
    ...(own && { own }),
  };
}

const CHOICES = ["defer", "drop", "ignore"] as const;
