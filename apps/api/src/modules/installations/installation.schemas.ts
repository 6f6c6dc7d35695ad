import { PLUGIN_LEVELS, type PluginManifest } from "@tidings/sdk/plugin";
import { valid } from "semver";
import { fields, z } from "../../platform/http/index.ts";
import { LABELS, type Obstacle } from "../marketplace/index.ts";
import { GRANT_KINDS } from "./grants.rules.ts";
import type { InstalledPlugin } from "./installed-view.ts";
import { FAILURES, TRIAL_SHARES } from "./upgrades/trial.rules.ts";
import { AUTOMATIC_UPGRADES, UPGRADE_STEPS } from "./upgrades/upgrade.rules.ts";
import type { UpgradeCheck as UpgradeCheckResult } from "./upgrades/upgrade.service.ts";

export const Label = z.enum(LABELS);

const part = (maxLength: number) =>
  z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, "Not a part of a plugin's id.")
    .max(maxLength);

/** A plugin's id, `publisher/name`, as two segments of the path. */
export const PluginParam = z.object({ publisher: part(40), name: part(60) });

export const pluginIdOf = ({ publisher, name }: z.infer<typeof PluginParam>): string =>
  `${publisher}/${name}`;

export const version = z
  .string()
  .max(64)
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, "Not a semantic version, such as 1.2.0.")
  .refine((text) => valid(text) === text, "Not a semantic version, such as 1.2.0.")
  .openapi({ example: "1.2.0" });

const names = (description: string) => z.array(z.string().max(253)).max(100).openapi({ description });

export const PluginGrants = z
  .strictObject({
    hosts: names("Host names that its requests may go to."),
    settingsHosts: names("Settings whose values are further hosts: whoever fills in the form decides."),
    secrets: names("Secret settings that its requests are authenticated with; the plugin sees none of them."),
    abilities: names("What it can do: `send`, `receipts:push`, `receipts:pull`, `query`, `recall`."),
  })
  .openapi("PluginGrants", {
    description:
      "What a version may do. Sent, it is consent: exactly what was shown. An upgrade needs it where the version may do more than what was agreed to, and for a major one.",
  });

/** What a plugin is trusted with besides its grants. */
export const conduct = {
  level: z.enum(PLUGIN_LEVELS).openapi({
    description:
      "`pure`: only works out requests, which the host sends; `native`: opens connections itself, as code that the operator trusts.",
  }),
  authSchemes: z
    .array(z.string())
    .openapi({ description: "How the host authenticates its requests.", example: ["bearer"] }),
};

export const toConduct = ({ level, auth }: PluginManifest) => ({
  level,
  authSchemes: [...new Set(Object.values(auth).map(({ type }) => type))].sort(),
});

export const InstallPluginBody = z
  .strictObject({
    version,
    grants: PluginGrants,
  })
  .openapi("InstallPlugin");

export const UpdatePluginBody = z
  .strictObject({
    automaticUpgrades: z.enum(AUTOMATIC_UPGRADES).openapi({
      description:
        "Upgrades that are tried without asking, unless they ask for more than what was agreed to.",
    }),
  })
  .openapi("UpdatePlugin");

export const CheckUpgradeBody = z.strictObject({ version }).openapi("CheckPluginUpgrade");

export const UpgradePluginBody = z
  .strictObject({
    version,
    grants: PluginGrants.optional(),
    trialShare: z
      .union(TRIAL_SHARES.map((share) => z.literal(share)))
      .optional()
      .openapi({
        description:
          "Tries the version with this percentage of the batches first; it is kept or turned down by itself.",
      }),
  })
  .openapi("UpgradePlugin");

export const blockReason = z
  .string()
  .nullable()
  .openapi({ description: "Why it was blocked, as it was written down; null for anything else." });

export const Obstacles = z.array(
  z
    .object({
      code: z.string(),
      detail: z.string(),
      reason: blockReason,
      until: fields.moment.nullable(),
    })
    .openapi("PluginObstacle"),
);

export const toObstacles = (
  obstacles: readonly (Pick<Obstacle, "detail" | "reason" | "until"> & { code: string })[],
): z.infer<typeof Obstacles> =>
  obstacles.map(({ code, detail, reason = null, until }) => ({
    code,
    detail,
    reason,
    until: until?.toISOString() ?? null,
  }));

const change = {
  step: z.enum(UPGRADE_STEPS),
  widening: z
    .array(z.object({ kind: z.enum(GRANT_KINDS), value: z.string() }))
    .openapi({ description: "What the version may and the one before may not." }),
  needsConsent: z.boolean().openapi({ description: "Held until somebody sends the grants they agree to." }),
};

export const UpgradeCheck = z
  .object({
    version,
    ...change,
    grants: PluginGrants,
    unfitChannels: z
      .array(
        z.object({
          id: fields.id("channel"),
          code: z.string(),
          name: z.string(),
          problems: z.array(z.object({ pointer: z.string(), detail: z.string(), code: z.string() })),
        }),
      )
      .openapi({ description: "Channels whose settings the version does not take." }),
    obstacles: Obstacles,
  })
  .openapi("PluginUpgradeCheck");

export const toUpgradeCheck = (check: UpgradeCheckResult): z.infer<typeof UpgradeCheck> => ({
  version: check.version,
  step: check.step,
  widening: check.widening,
  needsConsent: check.needsConsent,
  grants: check.grants,
  unfitChannels: check.unfitChannels,
  obstacles: toObstacles(check.obstacles),
});

const TrialCounts = z
  .object({
    accepted: z.int(),
    ...(Object.fromEntries(FAILURES.map((failure) => [failure, z.int()])) as Record<
      (typeof FAILURES)[number],
      z.ZodInt
    >),
  })
  .openapi("PluginTrialCounts");

/** What a tenant has installed. */
export const Installation = z
  .object({
    sha256: z.string(),
    grants: PluginGrants,
    automaticUpgrades: z.enum(AUTOMATIC_UPGRADES),
    previousVersion: z.string().nullable().openapi({ description: "The one it can go back to." }),
    agreedBy: z.string().openapi({ description: "The id of who agreed to the grants." }),
    agreedAt: fields.moment,
    trial: z
      .object({
        version: z.string(),
        sha256: z.string(),
        share: z.int().openapi({ description: "Percent of the batches that get the version." }),
        since: fields.moment,
        counts: z.object({ old: TrialCounts, new: TrialCounts }),
      })
      .nullable(),
    upgrade: z
      .object({ version: z.string(), ...change, obstacles: Obstacles })
      .nullable()
      .openapi({ description: "The latest version, where it is not the one that runs." }),
  })
  .openapi("PluginInstallation");

export function toInstallation({
  row,
  previousVersion,
  trial,
  upgrade,
}: InstalledPlugin): z.infer<typeof Installation> {
  return {
    sha256: row.sha256,
    grants: row.grants,
    automaticUpgrades: row.automaticUpgrades,
    previousVersion,
    agreedBy: row.agreedBy,
    agreedAt: row.agreedAt.toISOString(),
    trial: trial && { ...trial, since: trial.since.toISOString() },
    upgrade: upgrade && {
      version: upgrade.version,
      step: upgrade.step,
      widening: upgrade.widening,
      needsConsent: upgrade.needsConsent,
      obstacles: toObstacles(upgrade.obstacles),
    },
  };
}
