import { m } from "#messages";
import type { MessageCategory, QuietHours, SaveQuietHours, TenantQuietHours } from "../../api/client.ts";
import type { FieldErrors } from "../../forms/form-state.svelte.ts";
import { required } from "../../forms/rules.ts";
import { CATEGORIES } from "../../words/category-text.ts";

export const MAX_WINDOWS = 14;
const EVERY_DAY = ["1", "2", "3", "4", "5", "6", "7"];

export interface WindowValues {
  from: string;
  to: string;
  /** 1 is Monday. */
  weekdays: string[];
}

/** `default`: nothing of its own; `never`: it is never quiet, whatever holds for others. */
export interface QuietHoursValues {
  mode: "default" | "own" | "never";
  timeZone: string;
  windows: WindowValues[];
}

export interface TenantValues {
  ofTenant: QuietHoursValues;
  ofCategories: Record<MessageCategory, QuietHoursValues>;
}

export const newWindow = (): WindowValues => ({ from: "22:00", to: "07:00", weekdays: [...EVERY_DAY] });

export function quietHoursValues(quietHours: QuietHours | null, timeZone: string): QuietHoursValues {
  if (!quietHours) return { mode: "default", timeZone, windows: [newWindow()] };
  const windows = quietHours.windows.map(({ from, to, weekdays }) => ({
    from,
    to,
    weekdays: (weekdays ?? EVERY_DAY).map(String),
  }));
  return windows.length > 0
    ? { mode: "own", timeZone: quietHours.timeZone, windows }
    : { mode: "never", timeZone: quietHours.timeZone, windows: [newWindow()] };
}

export function tenantValues(saved: TenantQuietHours, timeZone: string): TenantValues {
  const { ofTenant, ofCategories } = saved;
  return {
    ofTenant: quietHoursValues(ofTenant, timeZone),
    ofCategories: {
      critical: quietHoursValues(ofCategories.critical, timeZone),
      service: quietHoursValues(ofCategories.service, timeZone),
      marketing: quietHoursValues(ofCategories.marketing, timeZone),
    },
  };
}

export function quietHoursErrors({ mode, windows }: QuietHoursValues, path: string): FieldErrors {
  if (mode !== "own") return {};
  return Object.fromEntries(
    windows.map(({ from, to, weekdays }, index) => [
      `${path}windows/${index}`,
      from && to ? (required(weekdays) ? m.quiet_hours_error_days() : undefined) : m.quiet_hours_error_time(),
    ]),
  );
}

export const tenantErrors = ({ ofTenant, ofCategories }: TenantValues): FieldErrors => ({
  ...quietHoursErrors(ofTenant, "ofTenant/"),
  ...Object.assign(
    {},
    ...CATEGORIES.map((category) => quietHoursErrors(ofCategories[category], `ofCategories/${category}/`)),
  ),
});

export const sentWindows = (windows: readonly WindowValues[]) =>
  windows.map(({ from, to, weekdays }) => ({ from, to, weekdays: weekdays.map(Number).sort() }));

export function sentQuietHours({ mode, timeZone, windows }: QuietHoursValues): QuietHours | null {
  if (mode === "default") return null;
  return { timeZone, windows: mode === "own" ? sentWindows(windows) : [] };
}

export const sentTenant = ({ ofTenant, ofCategories }: TenantValues): SaveQuietHours => ({
  ofTenant: sentQuietHours(ofTenant),
  ofCategories: {
    critical: sentQuietHours(ofCategories.critical),
    service: sentQuietHours(ofCategories.service),
    marketing: sentQuietHours(ofCategories.marketing),
  },
});
