import { fields, z } from "../../platform/http/index.ts";
import type { MESSAGE_CATEGORIES } from "../templates/index.ts";
import { timeZone } from "../tenants/index.ts";
import type { QuietHours as QuietHoursValue } from "./quiet-hours.rules.ts";
import type { TenantQuietHours as TenantQuietHoursValue } from "./quiet-hours.service.ts";

const MAX_WINDOWS = 14;

export const timeOfDay = z
  .string()
  .max(5)
  .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, "Use a time of the day from 00:00 to 23:59.")
  .openapi({ example: "22:00" });

const QuietWindow = z
  .strictObject({
    from: timeOfDay,
    to: timeOfDay.openapi({ description: "Not after `from`: on the next day.", example: "07:00" }),
    weekdays: z
      .array(z.int().min(1).max(7))
      .min(1)
      .max(7)
      .refine((days) => new Set(days).size === days.length, "Name each day once.")
      .default([1, 2, 3, 4, 5, 6, 7])
      .openapi({ description: "On which it begins: 1 is Monday, 7 is Sunday. Every day when left out." }),
  })
  .openapi("QuietWindow");

export const QuietHours = z
  .strictObject({
    timeZone,
    windows: z
      .array(QuietWindow)
      .max(MAX_WINDOWS)
      .openapi({ description: "Without any: never quiet, whatever holds for others." }),
  })
  .openapi("QuietHours");

const ofCategory = QuietHours.nullable()
  .default(null)
  .openapi({ description: "In the place of the tenant's; null: as the tenant's." });

const ofCategories = z.strictObject({
  critical: ofCategory.openapi({ description: "Null: critical messages go out at any time." }),
  service: ofCategory,
  marketing: ofCategory,
});

export const SaveQuietHoursBody = z
  .strictObject({
    ofTenant: QuietHours.nullable(),
    ofCategories: ofCategories.prefault({}),
  })
  .openapi("SaveQuietHours", {
    description: "`ofTenant` is for everybody, and null where there are none for everybody.",
  });

const endsAt = fields.moment.nullable();

export const TenantQuietHours = z
  .object({
    ofTenant: QuietHours.nullable(),
    ofCategories: z.object({
      critical: QuietHours.nullable(),
      service: QuietHours.nullable(),
      marketing: QuietHours.nullable(),
    }),
    endsAt: z.object({ critical: endsAt, service: endsAt, marketing: endsAt }).openapi({
      description:
        "For each category when the quiet hours end in which a message of it would be deferred now; null: it would go out.",
    }),
  })
  .openapi("TenantQuietHours");

export const UserQuietHours = z
  .object({
    own: QuietHours.nullable().openapi({ description: "Null: the tenant's hold for this user." }),
  })
  .openapi("UserQuietHours");

export function toTenantQuietHours(found: TenantQuietHoursValue): z.infer<typeof TenantQuietHours> {
  const each = <T>(of: (category: (typeof MESSAGE_CATEGORIES)[number]) => T) => ({
    critical: of("critical"),
    service: of("service"),
    marketing: of("marketing"),
  });
  return {
    ofTenant: found.ofTenant && toQuietHours(found.ofTenant),
    ofCategories: each((category) => {
      const quietHours = found.ofCategories[category];
      return quietHours ? toQuietHours(quietHours) : null;
    }),
    endsAt: each((category) => found.endsAt[category]?.toISOString() ?? null),
  };
}

export const toUserQuietHours = (own: QuietHoursValue | undefined): z.infer<typeof UserQuietHours> => ({
  own: own ? toQuietHours(own) : null,
});

const toQuietHours = ({ timeZone, windows }: QuietHoursValue): z.infer<typeof QuietHours> => ({
  timeZone,
  windows: windows.map(({ from, to, weekdays }) => ({ from, to, weekdays })),
});
