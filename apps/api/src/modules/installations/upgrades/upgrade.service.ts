import type { GrantChange, Grants } from "@tidings/sdk/package";
import { gt } from "semver";
import { authorize } from "../../../platform/authorization/index.ts";
import type { RequestContext } from "../../../platform/context.ts";
import type { Transact, Tx } from "../../../platform/database/index.ts";
import { invalidField } from "../../../platform/errors.ts";
import { recordAudit } from "../../audit/index.ts";
import {
  listUnfitChannels,
  type UnfitChannel,
  type WakeRetries,
  wakeChannelsOf,
} from "../../channels/index.ts";
import type { Obstacle } from "../../marketplace/index.ts";
import * as errors from "../installation.errors.ts";
import { type InstallationRow, NO_TRIAL, updateInstallation } from "../installation.repository.ts";
import {
  agreedBy,
  assertAgreed,
  assertFit,
  audited,
  getLocked,
  type InstallationServiceDeps,
  subjectOf,
} from "../installation.service.ts";
import { getInstallable, listVersions, type OpenedPackage, openPackage } from "../offers.ts";
import { deleteTrialCounts } from "./trial.repository.ts";
import type { TrialShare } from "./trial.rules.ts";
import { changeOf, type UpgradeChange } from "./upgrade.rules.ts";

export interface UpgradePlugin {
  version: string;
  /** What somebody agreed to; needed where the version may do more than the one before, or is a major one. */
  grants?: Grants | undefined;
  /** Tries the version with this share of the batches first, percent. */
  trialShare?: TrialShare | undefined;
}

/** What an upgrade would mean, without doing it. */
export interface UpgradeCheck extends UpgradeChange {
  version: string;
  grants: Grants;
  unfitChannels: UnfitChannel[];
  /** What keeps it from being installed at all. */
  obstacles: Obstacle[];
}

export interface UpgradeServiceDeps {
  transact: Transact;
  plugins: Pick<InstallationServiceDeps["plugins"], "refresh">;
  wakeRetries: WakeRetries;
}

export function createUpgradeService({ transact, plugins, wakeRetries }: UpgradeServiceDeps) {
  return {
    async checkUpgrade(ctx: RequestContext, pluginId: string, version: string): Promise<UpgradeCheck> {
      authorize(ctx, "update", "Plugin");
      return transact(ctx, async (tx) => {
        const before = await getLocked(tx, ctx, pluginId);
        assertLater(before, version);
        const listing = (await listVersions(tx, ctx, pluginId)).find((one) => one.version === version);
        if (!listing) throw invalidField("/version", `${pluginId} ${version} is not listed.`, "unknown");
        const opened = await openPackage(tx, listing.sha256);
        return {
          version,
          grants: opened.grants,
          ...changeOf(before, opened),
          unfitChannels: await listUnfitChannels(tx, ctx.tenantId, opened.plugin),
          obstacles: listing.obstacles,
        };
      });
    },

    async upgradePlugin(ctx: RequestContext, pluginId: string, input: UpgradePlugin): Promise<void> {
      authorize(ctx, "update", "Plugin");
      await transact(ctx, async (tx) => {
        const before = await getLocked(tx, ctx, pluginId);
        if (before.canarySha256 !== null) {
          throw errors.pluginTrialRunning(`A version of ${pluginId} is being tried; end that trial first.`);
        }
        const opened = await openUpgrade(tx, ctx, before, input.version);
        assertConsent(before, opened, input);
        if (input.trialShare === undefined) await takeUpgrade(tx, ctx, before, opened, wakeRetries);
        else await beginTrial(tx, ctx, before, opened, input.trialShare);
      });
      await plugins.refresh();
    },
  };
}

export type UpgradeService = ReturnType<typeof createUpgradeService>;

/** The later version, which nothing keeps from being installed and which takes the settings of every channel. */
export async function openUpgrade(
  tx: Tx,
  ctx: RequestContext,
  before: InstallationRow,
  version: string,
): Promise<OpenedPackage> {
  assertLater(before, version);
  const { sha256 } = await getInstallable(tx, ctx, before.pluginId, version);
  const opened = await openPackage(tx, sha256);
  await assertFit(tx, ctx, opened);
  return opened;
}

function assertLater({ version: current }: InstallationRow, version: string): void {
  if (gt(version, current)) return;
  throw invalidField(
    "/version",
    `${version} does not come after ${current}, which is installed.`,
    "not_later",
  );
}

function assertConsent(
  before: InstallationRow,
  opened: OpenedPackage,
  { grants, trialShare }: UpgradePlugin,
): void {
  const change = changeOf(before, opened);
  if (grants) assertAgreed(grants, opened);
  else if (change.needsConsent) throw held(opened, change);
  if (change.needsConsent && trialShare !== undefined) {
    throw invalidField(
      "/trialShare",
      "A version that may do more, or a major one, is taken by all or not at all.",
      "not_allowed",
    );
  }
}

const WORDS: Record<GrantChange["kind"], string> = {
  hosts: "calls",
  settingsHosts: "calls the host in the setting",
  secrets: "uses the secret",
  abilities: "can",
};

function held({ version, plugin }: OpenedPackage, { widening }: UpgradeChange) {
  const reasons =
    widening.map(({ kind, value }) => `it ${WORDS[kind]} ${value}`).join("; ") || "it is a major one";
  return errors.pluginUpgradeHeld(
    `Version ${version} of ${plugin.manifest.id} waits for your consent: ${reasons}. Send the grants you agree to.`,
    {
      errors: widening.map(({ kind, value }) => ({
        pointer: `/grants/${kind}`,
        detail: `The version ${WORDS[kind]} ${value}; the one before does not.`,
        code: "wider",
      })),
    },
  );
}

/** The new version runs from the next batch on. */
export async function takeUpgrade(
  tx: Tx,
  ctx: RequestContext,
  before: InstallationRow,
  opened: OpenedPackage,
  wakeRetries: WakeRetries,
): Promise<void> {
  await deleteTrialCounts(tx, before);
  await updateInstallation(tx, before, {
    ...NO_TRIAL,
    sha256: opened.sha256,
    version: opened.version,
    grants: opened.grants,
    previousSha256: before.sha256,
    turnedDownSha256: null,
    updatedAt: ctx.now(),
    ...(ctx.actor.kind !== "system" && { agreedBy: agreedBy(ctx), agreedAt: ctx.now() }),
  });
  await wakeChannelsOf(tx, ctx.tenantId, before.pluginId, wakeRetries);
  await recordAudit(tx, ctx, {
    action: "plugin.upgraded",
    ...subjectOf(before.pluginId),
    before: audited(before),
    after: audited(opened),
  });
}

/** The new version gets a share of the batches until it is kept or turned down. */
export async function beginTrial(
  tx: Tx,
  ctx: RequestContext,
  before: InstallationRow,
  opened: OpenedPackage,
  share: TrialShare,
): Promise<void> {
  await deleteTrialCounts(tx, before);
  await updateInstallation(tx, before, {
    canarySha256: opened.sha256,
    canaryPercent: share,
    canarySince: ctx.now(),
    updatedAt: ctx.now(),
  });
  await recordAudit(tx, ctx, {
    action: "plugin.trial_begun",
    ...subjectOf(before.pluginId),
    before: audited(before),
    after: { ...audited(opened), share },
  });
}
