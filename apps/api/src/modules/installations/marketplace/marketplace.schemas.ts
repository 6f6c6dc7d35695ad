import { GRADES } from "@tidings/sdk/package";
import type { PluginManifest } from "@tidings/sdk/plugin";
import { fields, z } from "../../../platform/http/index.ts";
import {
  conduct,
  Label,
  Obstacles,
  PluginGrants,
  toConduct,
  toObstacles,
  version,
} from "../installation.schemas.ts";
import { SORTS } from "./browse.rules.ts";
import type { OfferedPlugin, OfferedPluginDetail } from "./marketplace.service.ts";

const text = z.object({ zh: z.string(), en: z.string() }).openapi("LocalizedText");
const Grade = z.enum(GRADES);

export const MarketplaceQuery = fields.pageQuery.extend({
  query: z.string().trim().min(1).max(100).optional().openapi({ description: "Part of an id or a name." }),
  kind: z.string().max(32).optional(),
  grade: Grade.optional(),
  label: Label.optional(),
  sort: z.enum(SORTS).default("id"),
});

export const VersionQuery = z.object({
  version: version.optional().openapi({ description: "The latest one unless given." }),
});

const offered = {
  id: z.string().openapi({ example: "publisher/name" }),
  version: z.string(),
  sha256: z.string(),
  kind: z.string(),
  kindName: text,
  name: text,
  summary: text,
  registry: z.object({
    id: fields.id("registry"),
    name: z.string(),
    kind: z.enum(["own", "seed", "remote"]),
  }),
  grade: Grade.nullable(),
  labels: z.array(z.string()),
  listedAt: fields.moment.nullable(),
  installedVersion: z.string().nullable(),
  obstacles: Obstacles.openapi({
    description: "What keeps it from being installed; empty where nothing does.",
  }),
};

export const MarketplacePlugin = z.object(offered).openapi("MarketplacePlugin");
export const MarketplacePluginPage = fields.pageOf(MarketplacePlugin).openapi("MarketplacePluginPage");

const Field = z.object({
  name: z.string(),
  title: text.openapi({ description: "As the settings form calls it." }),
});

export const MarketplacePluginDetail = z
  .object({
    ...offered,
    publisher: z.object({ slug: z.string(), name: z.string().nullable() }),
    docsUrl: z.string().nullable(),
    readme: z
      .string()
      .nullable()
      .openapi({ description: "Markdown of a stranger's: nothing in it is to be run." }),
    sizeBytes: z.int().nullable(),
    signatures: z.array(z.object({ role: z.enum(["publisher", "registry"]), keyId: z.string() })),
    grants: PluginGrants,
    ...conduct,
    reach: z
      .object({
        hosts: z.array(z.string()),
        settingsHosts: z.array(Field),
        secrets: z.array(Field),
        abilities: z.array(z.string()),
      })
      .openapi({ description: "The grants with the names that people know the settings by." }),
    versions: z.array(
      z.object({
        version: z.string(),
        grade: Grade.nullable(),
        labels: z.array(z.string()),
        listedAt: fields.moment.nullable(),
        sha256: z.string(),
        obstacles: Obstacles,
      }),
    ),
  })
  .openapi("MarketplacePluginDetail");

const gradeOf = (grade: string | null) => GRADES.find((one) => one === grade) ?? null;

export function toMarketplacePlugin(one: OfferedPlugin): z.infer<typeof MarketplacePlugin> {
  const { kind, kindName, name, summary } = one.manifest as unknown as PluginManifest;
  return {
    id: one.pluginId,
    version: one.version,
    sha256: one.sha256,
    kind,
    kindName,
    name,
    summary,
    registry: { id: one.registry.id, name: one.registry.name, kind: one.registry.kind },
    grade: gradeOf(one.grade),
    labels: one.labels,
    listedAt: one.listedAt?.toISOString() ?? null,
    installedVersion: one.installedVersion,
    obstacles: toObstacles(one.obstacles),
  };
}

export function toMarketplacePluginDetail(one: OfferedPluginDetail): z.infer<typeof MarketplacePluginDetail> {
  const { manifest } = one.plugin;
  const fieldOf = (name: string) => {
    const { title = name, "x-title-zh": zh = title } = manifest.settings.properties[name] ?? {};
    return { name, title: { zh, en: title } };
  };
  return {
    ...toMarketplacePlugin({ ...one, manifest: { ...manifest } }),
    publisher: { slug: one.pluginId.split("/", 1)[0] ?? "", name: one.facts?.publisherName ?? null },
    docsUrl: manifest.docsUrl ?? null,
    readme: one.readme,
    sizeBytes: one.facts?.sizeBytes ?? null,
    signatures: one.facts?.signatures ?? [],
    grants: one.grants,
    ...toConduct(manifest),
    reach: {
      hosts: one.grants.hosts,
      settingsHosts: one.grants.settingsHosts.map(fieldOf),
      secrets: one.grants.secrets.map(fieldOf),
      abilities: one.grants.abilities,
    },
    versions: one.versions.map(({ version, grade, labels, listedAt, sha256, obstacles }) => ({
      version,
      grade: gradeOf(grade),
      labels,
      listedAt: listedAt?.toISOString() ?? null,
      sha256,
      obstacles: toObstacles(obstacles),
    })),
  };
}
