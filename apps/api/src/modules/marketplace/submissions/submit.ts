import {
  checkEnvelope,
  type Fault,
  keyIdOf,
  PackageRefused,
  type PluginPackage,
  readPackage,
} from "@tidings/sdk/package";
import type { Database, Tx } from "../../../platform/database/index.ts";
import { noSuch, type ProblemError } from "../../../platform/errors.ts";
import type { PluginCatalogue } from "../../../platform/plugin-runtime/index.ts";
import { type InstallationContext, recordInstallationAudit } from "../../operators/index.ts";
import {
  insertListing,
  insertPackage,
  type ListingRow,
  listVersions,
} from "../listings/listing.repository.ts";
import {
  packageRefused,
  pluginIdTaken,
  publisherSuspended,
  signatureRefused,
  tooManySubmissions,
  versionNotHigher,
  versionTaken,
} from "../marketplace.errors.ts";
import { marketplaceFault, problemsOf } from "../marketplace-faults.ts";
import { listKeys, type PublisherKeyRow } from "../publishers/credential.repository.ts";
import { lockPublisher, type PublisherRow } from "../publishers/publisher.repository.ts";
import { ensureOwnRegistry, type OwnRegistry } from "../registries/own-registry.ts";
import { countSubmissions } from "./submission.repository.ts";
import { MAX_A_DAY, MAX_CHECKING, standingOf } from "./submission.rules.ts";

export interface Submission {
  archive: Uint8Array;
  /** As it was parsed from JSON. */
  envelope: Record<string, unknown>;
}

export interface SubmitDeps {
  database: Pick<Database, "transaction">;
  catalogue: Pick<PluginCatalogue, "find">;
  ownRegistry: OwnRegistry;
  /** Something waits for its checks. */
  nudgeChecker(): void;
}

const DAY_MS = 86_400_000;

/**
 * Takes a version in: what can be known at once is refused at once, the rest is for the checks. The same package again
 * answers what became of it.
 */
export function createSubmit(deps: SubmitDeps) {
  return async (ctx: InstallationContext, publisherId: string, input: Submission): Promise<ListingRow> => {
    const plugin = await read(input.archive);
    const row = await deps.database.transaction(async (tx) => {
      const publisher = await lockPublisher(tx, publisherId);
      if (!publisher) throw noSuch("publisher", publisherId);
      assertMaySubmit(publisher, plugin, deps.catalogue);
      assertSigned(input.envelope, plugin, publisher, await listKeys(tx, publisherId));
      const registryId = await ensureOwnRegistry(tx, deps.ownRegistry);
      return store(tx, ctx, { registryId, publisher, plugin, input });
    });
    deps.nudgeChecker();
    return row;
  };
}

export type Submit = ReturnType<typeof createSubmit>;

async function read(archive: Uint8Array): Promise<PluginPackage> {
  try {
    return await readPackage(archive);
  } catch (error) {
    throw explain(error, packageRefused, "/archive");
  }
}

function assertMaySubmit(
  { slug, state }: PublisherRow,
  { manifest: { id } }: PluginPackage,
  catalogue: SubmitDeps["catalogue"],
): void {
  if (state === "suspended") {
    throw publisherSuspended(`"${slug}" is suspended and can submit nothing; ask the operator.`);
  }
  if (id.split("/")[0] !== slug) {
    throw refuse(packageRefused, "/archive", [marketplaceFault("publisher_foreign", { pluginId: id, slug })]);
  }
  if (catalogue.find(id)) {
    throw pluginIdTaken(`The plugin ${id} ships with the installation; choose another id.`);
  }
}

function assertSigned(
  envelope: unknown,
  plugin: PluginPackage,
  { slug }: PublisherRow,
  keys: PublisherKeyRow[],
): void {
  let signedBy: string;
  try {
    const publisherKeys = keys.map(({ publicKey }) => publicKey);
    signedBy = checkEnvelope(envelope, plugin, { publisherKeys }).signedBy.publisher;
  } catch (error) {
    throw explain(error, signatureRefused, "/envelope");
  }
  if (!keys.some(({ publicKey, revokedAt }) => revokedAt === null && keyIdOf(publicKey) === signedBy)) {
    throw refuse(signatureRefused, "/envelope", [marketplaceFault("key_revoked", { keyId: signedBy, slug })]);
  }
}

/** What the package's own words say is wrong, as a problem at one field. */
function explain(error: unknown, problem: typeof packageRefused, pointer: string): ProblemError | unknown {
  return error instanceof PackageRefused ? refuse(problem, pointer, error.faults) : error;
}

function refuse(problem: typeof packageRefused, pointer: string, faults: Fault[]): ProblemError {
  const errors = problemsOf(pointer, faults);
  return problem(errors[0]?.detail ?? "It cannot be read.", { errors });
}

interface Accepted {
  registryId: string;
  publisher: PublisherRow;
  plugin: PluginPackage;
  input: Submission;
}

async function store(
  tx: Tx,
  ctx: InstallationContext,
  { registryId, publisher, plugin, input }: Accepted,
): Promise<ListingRow> {
  const { sha256, manifest } = plugin;
  const { id: pluginId, version } = manifest;
  const known = await listVersions(tx, registryId, pluginId);
  const standing = standingOf({ version, sha256 }, known);
  const same = known.find((one) => one.version === version);
  if (standing.kind === "repeated" && same) return same;
  if (standing.kind === "taken") {
    throw versionTaken(`${pluginId} ${version} exists with other content; a version never changes.`);
  }
  if (standing.kind === "not_higher") {
    throw versionNotHigher(`${pluginId} is at ${standing.latest}; ${version} has to be higher.`);
  }
  await assertRoom(tx, registryId, publisher, ctx.now());
  await insertPackage(tx, {
    sha256,
    pluginId,
    version,
    manifest: { ...manifest },
    archive: input.archive,
  });
  const saved = await insertListing(tx, {
    registryId,
    pluginId,
    version,
    sha256,
    envelope: input.envelope,
    state: "checking",
    submittedAt: ctx.now(),
  });
  if (!saved) throw new Error("a version was inserted while its publisher was locked");
  await recordInstallationAudit(tx, ctx, {
    action: "listing.submitted",
    subjectId: `${pluginId}@${version}`,
    subjectName: pluginId,
    after: { version, sha256 },
  });
  return saved;
}

async function assertRoom(tx: Tx, registryId: string, { slug }: PublisherRow, now: Date): Promise<void> {
  const since = new Date(now.getTime() - DAY_MS);
  const { checking, recent } = await countSubmissions(tx, registryId, slug, since);
  if (checking >= MAX_CHECKING) {
    throw tooManySubmissions(`${checking} submissions of "${slug}" wait for their checks; wait for them.`, {
      headers: { "retry-after": "60" },
    });
  }
  if (recent >= MAX_A_DAY) {
    throw tooManySubmissions(`"${slug}" has submitted ${recent} versions in 24 hours, the most it may.`, {
      headers: { "retry-after": "3600" },
    });
  }
}
