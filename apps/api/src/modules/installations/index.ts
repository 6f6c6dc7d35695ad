export { createCatalogueLoop } from "./catalogue/catalogue-loop.ts";
export { createInstalledSource } from "./catalogue/installed-source.ts";
export { holdInstallation, isInstalled } from "./installation.repository.ts";
export { installationRoutes } from "./installation.routes.ts";
export {
  blockReason,
  conduct,
  Installation,
  PluginGrants,
  toConduct,
  toInstallation,
} from "./installation.schemas.ts";
export { createInstallationService } from "./installation.service.ts";
export { createInstalledView, type InstalledPlugin } from "./installed-view.ts";
export { marketplaceRoutes } from "./marketplace/marketplace.routes.ts";
export { createMarketplaceService } from "./marketplace/marketplace.service.ts";
export { createTrialCounts, type TrialCounts } from "./upgrades/trial-counts.ts";
export { createUpgradeService } from "./upgrades/upgrade.service.ts";
export { createBlockLoop } from "./upkeep/block-loop.ts";
export { createTrialLoop } from "./upkeep/trial-loop.ts";
export { createUpgradeLoop } from "./upkeep/upgrade-loop.ts";
