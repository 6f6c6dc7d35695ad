import { createHash } from "node:crypto";
import {
  type GrantChange,
  type Grants,
  grantsOf,
  type PluginPackage,
  readPackage,
  widening,
} from "@tidings/sdk/package";
import type { Tx } from "../../../platform/database/index.ts";
import { type BlockRow, findBlock } from "../blocks/block.repository.ts";
import {
  findPackage,
  type ListedRow,
  type ListingKey,
  listListings,
  listVersions,
  type PackageRow,
} from "../listings/listing.repository.ts";
import { versionBefore } from "../submissions/submission.rules.ts";
import { listReviews, type ReviewRow } from "./review.repository.ts";

/** What is stored of a version, and of the one that was listed before it. */
export interface StoredListing {
  listing: ListedRow;
  stored: PackageRow;
  before: { version: string; stored: PackageRow } | undefined;
  reviews: ReviewRow[];
  block: BlockRow | undefined;
}

export interface FileOfPackage {
  path: string;
  sizeBytes: number;
  sha256: string;
  /** Next to the version before. */
  change: "same" | "changed" | "added" | "removed";
}

/** All that one wants to see before one decides about a version. */
export interface ListingDetail extends Omit<StoredListing, "stored" | "before"> {
  manifest: Record<string, unknown>;
  readme: string | null;
  files: FileOfPackage[];
  grants: Grants;
  before: { version: string; sha256: string } | null;
  widening: GrantChange[];
}

const NOTHING: Grants = { hosts: [], settingsHosts: [], secrets: [], abilities: [] };

export async function findStoredListing(tx: Tx, key: ListingKey): Promise<StoredListing | undefined> {
  const [listing] = await listListings(tx, key, undefined, 1);
  const stored = listing && (await findPackage(tx, listing.sha256));
  if (!stored) return undefined;
  const last = versionBefore(key.version, await listVersions(tx, key.registryId, key.pluginId));
  const lastStored = last && (await findPackage(tx, last.sha256));
  return {
    listing,
    stored,
    before: last && lastStored && { version: last.version, stored: lastStored },
    reviews: await listReviews(tx, key),
    block: await findBlock(tx, listing.sha256),
  };
}

/** Unpacks the archives: outside the transaction that read them. */
export async function describeListing(found: StoredListing): Promise<ListingDetail> {
  const { stored, before, ...rest } = found;
  const plugin = await readPackage(stored.archive);
  const last = before && (await readPackage(before.stored.archive));
  const grants = grantsOf(plugin.manifest);
  return {
    ...rest,
    manifest: stored.manifest,
    readme: textOf(plugin, "README.md") ?? null,
    files: compareFiles(plugin, last),
    grants,
    before: before ? { version: before.version, sha256: before.stored.sha256 } : null,
    widening: widening(last ? grantsOf(last.manifest) : NOTHING, grants),
  };
}

/** A file of a package as text; undefined where it has none of this path. */
export function textOf(plugin: PluginPackage, path: string): string | undefined {
  const bytes = plugin.files.get(path);
  return bytes && new TextDecoder().decode(bytes);
}

function compareFiles(plugin: PluginPackage, last: PluginPackage | undefined): FileOfPackage[] {
  const files = [...plugin.files].map(([path, bytes]): FileOfPackage => {
    const sha256 = hashOf(bytes);
    const other = last?.files.get(path);
    const change = other === undefined ? "added" : hashOf(other) === sha256 ? "same" : "changed";
    return { path, sizeBytes: bytes.length, sha256, change };
  });
  const removed = [...(last?.files ?? [])]
    .filter(([path]) => !plugin.files.has(path))
    .map(([path, bytes]) => ({
      path,
      sizeBytes: bytes.length,
      sha256: hashOf(bytes),
      change: "removed" as const,
    }));
  return [...files, ...removed].sort((one, other) => (one.path < other.path ? -1 : 1));
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
