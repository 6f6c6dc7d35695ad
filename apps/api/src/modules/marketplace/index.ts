export { type BlockRow, findBlock, insertBlock, type NewBlock } from "./blocks/block.repository.ts";
export { findListings, type MarketplaceListing } from "./listings/find-listings.ts";
export {
  LABELS,
  type Label,
  OBSTACLES,
  type Obstacle,
  type ObstacleCode,
} from "./listings/listing.rules.ts";
export { compareVersions } from "./listings/version.rules.ts";
