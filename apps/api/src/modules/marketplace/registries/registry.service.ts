import { keyIdOf, PackageRefused } from "@tidings/sdk/package";
import { httpSource, readRegistry, readSequence } from "@tidings/sdk/registry";
import type { RequestContext } from "../../../platform/context.ts";
import { type Database, violatedUnique } from "../../../platform/database/index.ts";
import { invalidField, noSuch } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { type AsOperator, recordInstallationAudit } from "../../operators/index.ts";
import {
  registryFixed,
  registryInUse,
  registryNotUnique,
  registryUnusable,
  tooManyRegistries,
} from "../marketplace.errors.ts";
import { problemsOf } from "../marketplace-faults.ts";
import { boundedSource } from "./bounded-source.ts";
import { type InstalledFrom, listInstalledFrom } from "./installed-from.repository.ts";
import { ensureOwnRegistry, type OwnRegistry } from "./own-registry.ts";
import type { RegistryRow, RegistryWithCount } from "./registry.repository.ts";
import * as repository from "./registry.repository.ts";
import type { Synchronise, SyncOutcome } from "./synchronise.ts";

const MAX_REGISTRIES = 20;
/** Plugins that a refusal names. */
const MAX_NAMED = 20;
/** While somebody waits for the answer. */
const LOOK_LIMITS = { files: 2_000, bytes: 48 * 1024 * 1024, milliseconds: 20_000 };

export interface AddRegistry {
  name: string;
  url: string;
  /** Those that were shown by the inspection and found right; base64. */
  publicKeys: string[];
}

export interface ChangeRegistry {
  name?: string | undefined;
  isOn?: boolean | undefined;
  publicKeys?: string[] | undefined;
}

/** What a registry says of itself, before anybody believes it. */
export interface RegistryInspection {
  name: string;
  publicKeys: string[];
  sequence: number;
  plugins: { id: string; latest: string; grade: string }[];
}

export interface RegistryServiceDeps {
  asOperator: AsOperator;
  /** Sees which code runs for whom, of all tenants. */
  dispatch: Pick<Database, "transaction">;
  ownRegistry: OwnRegistry;
  synchronise: Synchronise;
  /** Guarded: the address is an operator's, the network is ours. */
  fetch: typeof fetch;
  nudge(): void;
}

export function createRegistryService(deps: RegistryServiceDeps) {
  const { asOperator } = deps;
  const sourceOf = (url: string) => boundedSource(httpSource(url, deps.fetch), LOOK_LIMITS);

  const listRegistries = (ctx: RequestContext): Promise<RegistryWithCount[]> =>
    asOperator(ctx, async (tx) => {
      await ensureOwnRegistry(tx, deps.ownRegistry);
      return repository.listRegistries(tx);
    });

  async function getRegistry(ctx: RequestContext, registryId: string): Promise<RegistryWithCount> {
    const found = (await listRegistries(ctx)).find(({ id }) => id === registryId);
    if (!found) throw noSuch("registry", registryId);
    return found;
  }

  return {
    listRegistries,

    /** Asks a server what it offers and which keys it names: for somebody to compare them with what they were told. */
    async inspectRegistry(ctx: RequestContext, url: string): Promise<RegistryInspection> {
      await asOperator(ctx, async () => undefined);
      const { name, keys, sequence, plugins } = await usable("/url", () => readRegistry(sourceOf(url)));
      return {
        name,
        publicKeys: keys,
        sequence,
        plugins: plugins.map(({ id, latest, grade }) => ({ id, latest, grade })),
      };
    },

    /** Adds a registry behind those that are known, and pins its keys: nothing signed by others is ever taken from it. */
    async addRegistry(ctx: RequestContext, input: AddRegistry): Promise<RegistryWithCount> {
      const known = await listRegistries(ctx);
      if (known.length >= MAX_REGISTRIES)
        throw tooManyRegistries(`There are ${known.length} registries already.`);
      await usable("/publicKeys", () => readSequence(sourceOf(input.url), { keys: input.publicKeys }));
      const id = newId("registry");
      await asOperator(ctx, async (tx, operator) => {
        const priority = await repository.nextPriority(tx);
        const made = await repository.insertRegistry(tx, { id, kind: "remote", priority, ...input });
        if (!made) throw registryNotUnique(`A registry with this name or address is known already.`);
        const keyIds = input.publicKeys.map((key) => keyIdOf(key));
        await recordInstallationAudit(tx, operator, {
          action: "registry.added",
          ...namedRegistry(made),
          after: { url: input.url, keyIds },
        });
      });
      deps.nudge();
      return getRegistry(ctx, id);
    },

    async changeRegistry(
      ctx: RequestContext,
      registryId: string,
      changes: ChangeRegistry,
    ): Promise<RegistryWithCount> {
      await asOperator(ctx, async (tx, operator) => {
        const before = await repository.findRegistry(tx, registryId);
        if (!before) throw noSuch("registry", registryId);
        assertChangeable(before, changes);
        const after = await repository
          .updateRegistry(tx, registryId, changes)
          .catch(explainConflict(changes.name ?? ""));
        await recordInstallationAudit(tx, operator, {
          action: "registry.updated",
          ...namedRegistry(before),
          before: settingsOf(before),
          after: after && settingsOf(after),
        });
      });
      deps.nudge();
      return getRegistry(ctx, registryId);
    },

    /**
     * Deletes a remote registry with its listings. Archives stay, and so do blocks by its labels: what was called malicious
     * does not run because nobody is left who says so. Its plugins may then come from another registry.
     */
    async deleteRegistry(ctx: RequestContext, registryId: string): Promise<void> {
      const { name } = await getRegistry(ctx, registryId);
      const uses = await deps.dispatch.transaction((tx) => listInstalledFrom(tx, registryId, MAX_NAMED));
      if (uses.length > 0) throw inUse(name, uses);
      await asOperator(ctx, async (tx, operator) => {
        const before = await repository.lockRegistry(tx, registryId);
        if (!before) throw noSuch("registry", registryId);
        if (before.kind !== "remote") {
          throw registryFixed(
            `The registry "${name}" belongs to the installation; only switch it on or off.`,
          );
        }
        const listingCount = await repository.deleteRegistry(tx, registryId);
        await recordInstallationAudit(tx, operator, {
          action: "registry.deleted",
          ...namedRegistry(before),
          before: { ...settingsOf(before), url: before.url, listingCount },
        });
      });
    },

    /** Says in which order registries are asked: the first that has ever listed a plugin is the one it comes from. */
    async orderRegistries(ctx: RequestContext, registryIds: string[]): Promise<RegistryWithCount[]> {
      const known = await listRegistries(ctx);
      if (new Set(registryIds).size !== known.length || known.some(({ id }) => !registryIds.includes(id))) {
        throw invalidField("/registryIds", "Name every registry exactly once.");
      }
      await asOperator(ctx, async (tx, operator) => {
        for (const [priority, id] of registryIds.entries()) {
          await repository.updateRegistry(tx, id, { priority });
        }
        await recordInstallationAudit(tx, operator, {
          action: "registries.ordered",
          subjectId: "registries",
          subjectName: "registries",
          before: { registryIds: known.map(({ id }) => id) },
          after: { registryIds },
        });
      });
      return listRegistries(ctx);
    },

    /** Asks a remote registry now; what went wrong stands in its `failure`. */
    async synchroniseRegistry(ctx: RequestContext, registryId: string): Promise<RegistryWithCount> {
      const row = await getRegistry(ctx, registryId);
      if (row.url === null) throw registryFixed(`The registry "${row.name}" is asked at no address.`);
      const outcome: SyncOutcome = await deps.synchronise(row, httpSource(row.url, deps.fetch));
      if (outcome.kind === "more") deps.nudge();
      return getRegistry(ctx, registryId);
    },
  };
}

export type RegistryService = ReturnType<typeof createRegistryService>;

const inUse = (name: string, uses: InstalledFrom[]) =>
  registryInUse(
    `Tenants have installed ${uses.map(({ pluginId }) => pluginId).join(", ")} from "${name}". They have to uninstall that first; switch the registry off until then.`,
    {
      errors: uses.map(({ pluginId, tenantCount }) => ({
        pointer: "",
        detail: `${pluginId} is installed by ${tenantCount} tenants.`,
        code: "installed_from_it",
        params: { pluginId, tenantCount },
      })),
    },
  );

const namedRegistry = ({ id, name }: RegistryRow) => ({ subjectId: id, subjectName: name });

const settingsOf = ({ name, isOn, publicKeys }: RegistryRow) => ({
  name,
  isOn,
  keyIds: publicKeys.map((key) => keyIdOf(key)),
});

function assertChangeable({ kind, name }: RegistryRow, changes: ChangeRegistry): void {
  if (Object.keys(changes).length === 0) throw invalidField("", "Say what is to be changed.");
  if (kind === "remote" || (changes.publicKeys === undefined && changes.name === undefined)) return;
  throw registryFixed(`The registry "${name}" belongs to the installation; only switch it on or off.`);
}

async function usable<T>(pointer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PackageRefused)) throw error;
    const errors = problemsOf(pointer, error.faults);
    throw registryUnusable(errors[0]?.detail ?? "It cannot be read.", { errors });
  }
}

const explainConflict = (name: string) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw registryNotUnique(`A registry with the name "${name}" exists already.`);
};
