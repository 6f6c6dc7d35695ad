import type { Grants } from "@tidings/sdk/package";
import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { recordAudit } from "../audit/index.ts";
import { listUnfitChannels, type UnfitChannel, type WakeRetries, wakeChannelsOf } from "../channels/index.ts";
import { findDifferences } from "./grants.rules.ts";
import * as errors from "./installation.errors.ts";
import type { InstallationRow } from "./installation.repository.ts";
import * as repository from "./installation.repository.ts";
import { getInstallable, NO_SANDBOX, type OpenedPackage, openPackage } from "./offers.ts";
import { assertUnused } from "./uninstall/assert-unused.ts";
import { deleteTrialCounts, isBlocked } from "./upgrades/trial.repository.ts";
import type { AutomaticUpgrades } from "./upgrades/upgrade.rules.ts";

export interface InstallationServiceDeps {
  transact: Transact;
  plugins: {
    shipped: { find(pluginId: string): object | undefined };
    /** Has this process see at once what was changed; the others look within seconds. */
    refresh(): Promise<void>;
    of(tenantId: string): { list(): readonly { manifest: { id: string; kind: string } }[] };
  };
  /** Whether what comes from a marketplace can be run here. */
  hasSandbox: boolean;
  wakeRetries: WakeRetries;
}

/** Who agreed: the member's id, or the name of a source. */
export const agreedBy = ({ actor }: RequestContext): string =>
  actor.kind === "system" ? actor.name : actor.id;

export const audited = ({
  version,
  sha256,
  grants,
}: Pick<OpenedPackage, "version" | "sha256" | "grants">) => ({
  version,
  sha256,
  grants,
});

export const subjectOf = (pluginId: string) => ({ subjectId: pluginId, subjectName: pluginId });

/** The installation, held for the transaction. Throws 404 if the tenant has not installed it. */
export async function getLocked(tx: Tx, ctx: RequestContext, pluginId: string): Promise<InstallationRow> {
  const found = await repository.lockInstallation(tx, ctx.tenantId, pluginId);
  if (!found) throw noSuch("installed plugin", pluginId);
  return found;
}

/** Throws 409 where what was agreed to is not what the version asks for. */
export function assertAgreed(agreed: Grants, { version, plugin, grants }: OpenedPackage): void {
  const differences = findDifferences(agreed, grants);
  if (differences.length === 0) return;
  throw errors.pluginGrantsChanged(
    `What you agreed to is not what ${plugin.manifest.id} ${version} asks for. Look at it again.`,
    { errors: differences },
  );
}

/** Throws 409 that names every field of a channel that the version would not take. */
export async function assertFit(
  tx: Tx,
  ctx: RequestContext,
  { plugin, version }: OpenedPackage,
): Promise<void> {
  const unfit = await listUnfitChannels(tx, ctx.tenantId, plugin);
  if (unfit.length === 0) return;
  const names = unfit.map(({ name }) => `"${name}"`).join(", ");
  throw errors.pluginSettingsUnfit(
    `Version ${version} does not take the settings of ${names}. Change them first, or wait for another version.`,
    { errors: unfit.flatMap(problemsOf) },
  );
}

const problemsOf = ({ code, problems }: UnfitChannel) =>
  problems.map((problem) => ({ ...problem, pointer: `/channels/${code}${problem.pointer}` }));

export function createInstallationService(deps: InstallationServiceDeps) {
  const { transact, plugins } = deps;

  /** Changes what runs, and has this process know of it. */
  async function change<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    const changed = await transact(ctx, work);
    await plugins.refresh();
    return changed;
  }

  return {
    /** Installs a version that somebody has looked at: `grants` are what it was shown to ask for. */
    async installPlugin(
      ctx: RequestContext,
      pluginId: string,
      { version, grants }: { version: string; grants: Grants },
    ): Promise<void> {
      authorize(ctx, "create", "Plugin");
      if (plugins.shipped.find(pluginId)) {
        throw errors.pluginShipped(`${pluginId} ships with this installation; there is nothing to install.`);
      }
      await change(ctx, async (tx) => {
        const { sha256 } = await getInstallable(tx, ctx, pluginId, version);
        if (!deps.hasSandbox) throw noSandbox(pluginId, version);
        const opened = await openPackage(tx, sha256);
        assertAgreed(grants, opened);
        const row = { tenantId: ctx.tenantId, pluginId, sha256, version, grants: opened.grants };
        const isNew = await repository.insertInstallation(tx, {
          ...row,
          agreedBy: agreedBy(ctx),
          agreedAt: ctx.now(),
        });
        if (!isNew) throw errors.pluginInstalled(`${pluginId} is installed already; upgrade it instead.`);
        await recordAudit(tx, ctx, {
          action: "plugin.installed",
          ...subjectOf(pluginId),
          after: audited(opened),
        });
      });
    },

    /** Which upgrades are taken without asking. */
    async updatePlugin(
      ctx: RequestContext,
      pluginId: string,
      { automaticUpgrades }: { automaticUpgrades: AutomaticUpgrades },
    ): Promise<void> {
      authorize(ctx, "update", "Plugin");
      await transact(ctx, async (tx) => {
        const before = await getLocked(tx, ctx, pluginId);
        await repository.updateInstallation(tx, before, { automaticUpgrades, updatedAt: ctx.now() });
        await recordAudit(tx, ctx, {
          action: "plugin.updated",
          ...subjectOf(pluginId),
          before: { automaticUpgrades: before.automaticUpgrades },
          after: { automaticUpgrades },
        });
      });
    },

    /** Ends a trial, or else goes back to the version before. */
    async rollBackPlugin(ctx: RequestContext, pluginId: string): Promise<void> {
      authorize(ctx, "update", "Plugin");
      await change(ctx, async (tx) => {
        const before = await getLocked(tx, ctx, pluginId);
        if (before.canarySha256 !== null) return endTrial(tx, ctx, before, "a member ended it");
        return goBack(tx, ctx, before, deps.wakeRetries);
      });
    },

    /** Refused while anything would miss it. */
    async uninstallPlugin(ctx: RequestContext, pluginId: string): Promise<void> {
      authorize(ctx, "delete", "Plugin");
      await change(ctx, async (tx) => {
        const before = await getLocked(tx, ctx, pluginId);
        await assertUnused(tx, ctx, before, plugins.of(ctx.tenantId).list());
        await deleteTrialCounts(tx, before);
        await repository.updateInstallation(tx, before, {
          ...repository.NO_TRIAL,
          state: "removed",
          updatedAt: ctx.now(),
        });
        await recordAudit(tx, ctx, {
          action: "plugin.uninstalled",
          ...subjectOf(pluginId),
          before: audited(before),
        });
      });
    },
  };
}

export type InstallationService = ReturnType<typeof createInstallationService>;

function noSandbox(pluginId: string, version: string) {
  const { code, detail } = NO_SANDBOX;
  return errors.pluginNotInstallable(`${pluginId} ${version} cannot be installed. ${detail}`, {
    errors: [{ pointer: "/version", detail, code }],
  });
}

/** The version that was tried is dropped, and not taken again without asking. */
export async function endTrial(
  tx: Tx,
  ctx: RequestContext,
  before: InstallationRow,
  because: string,
): Promise<void> {
  await deleteTrialCounts(tx, before);
  await repository.updateInstallation(tx, before, {
    ...repository.NO_TRIAL,
    turnedDownSha256: before.canarySha256,
    updatedAt: ctx.now(),
  });
  await recordAudit(tx, ctx, {
    action: "plugin.trial_ended",
    ...subjectOf(before.pluginId),
    before: { sha256: before.canarySha256, share: before.canaryPercent },
    after: { version: before.version, sha256: before.sha256, because },
  });
}

async function goBack(
  tx: Tx,
  ctx: RequestContext,
  before: InstallationRow,
  wakeRetries: WakeRetries,
): Promise<void> {
  const { pluginId, previousSha256 } = before;
  if (previousSha256 === null) {
    throw errors.noPreviousVersion(`There is no version before ${before.version} to go back to.`);
  }
  if (await isBlocked(tx, previousSha256)) {
    throw errors.pluginNotInstallable("The version before was blocked; it cannot be run any more.");
  }
  const opened = await openPackage(tx, previousSha256);
  await assertFit(tx, ctx, opened);
  await repository.updateInstallation(tx, before, {
    sha256: opened.sha256,
    version: opened.version,
    grants: opened.grants,
    previousSha256: null,
    turnedDownSha256: before.sha256,
    agreedBy: agreedBy(ctx),
    agreedAt: ctx.now(),
    updatedAt: ctx.now(),
  });
  await wakeChannelsOf(tx, ctx.tenantId, pluginId, wakeRetries);
  await recordAudit(tx, ctx, {
    action: "plugin.rolled_back",
    ...subjectOf(pluginId),
    before: audited(before),
    after: audited(opened),
  });
}
