import { wakeRetries } from "../modules/deliveries/index.ts";
import {
  createBlockLoop,
  createCatalogueLoop,
  createInstallationService,
  createInstalledView,
  createMarketplaceService,
  createTrialLoop,
  createUpgradeLoop,
  createUpgradeService,
  installationRoutes,
  marketplaceRoutes,
} from "../modules/installations/index.ts";
import { createPluginService, pluginRoutes } from "../modules/plugins/index.ts";
import { whenDatabaseAnswers } from "../platform/database/index.ts";
import { type Loop, startLoop } from "../platform/loops.ts";
import type { Foundation } from "./foundation.ts";

/** What channels are made of: the plugins that ship, and those that tenants take from the marketplace. */
export function composePlugins({ transact, plugins, sandbox }: Foundation) {
  const hasSandbox = sandbox?.isInstalled ?? false;
  return [
    pluginRoutes(
      createPluginService({ catalogue: plugins, listInstalled: createInstalledView({ transact }) }),
    ),
    marketplaceRoutes(createMarketplaceService({ transact, shipped: plugins.shipped, hasSandbox })),
    installationRoutes(
      createInstallationService({ transact, plugins, hasSandbox, wakeRetries }),
      createUpgradeService({ transact, plugins, wakeRetries }),
    ),
  ];
}

/** What looks after installed plugins, in any number of processes. */
export function pluginLoops(foundation: Foundation): Loop[] {
  const { dispatch, transact, transactAsWorker, trials, plugins, clock, logger } = foundation;
  return [
    createBlockLoop({ dispatch, transactAsWorker, wakeRetries, clock }),
    createTrialLoop({ dispatch, transact, trials, plugins, wakeRetries, clock }),
    createUpgradeLoop({ dispatch, transact, plugins, clock, logger }),
  ];
}

/**
 * Keeps the plugins of a process up to date, whatever it does with them. Resolves when they have been looked at for the
 * first time, with what ends that.
 */
export async function watchPlugins({ plugins, loops, logger }: Foundation): Promise<() => Promise<void>> {
  await whenDatabaseAnswers(logger, () => plugins.refresh());
  const loop = startLoop(createCatalogueLoop(plugins), logger);
  loops.add(loop);
  return () => loop.stop().then(() => loops.remove(loop));
}
