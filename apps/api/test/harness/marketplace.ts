import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Grants, grantsOf, packFiles, readPackage } from "@tidings/sdk/package";
import type { PluginManifest } from "@tidings/sdk/plugin";
import type { Installation } from "./installation.ts";

const COURIER = fileURLToPath(new URL("./plugins/courier/", import.meta.url));

/** A version of a plugin that works like the courier, and says its version in the path of each call. */
export interface CourierVersion {
  id: string;
  version: string;
  manifest?: Partial<PluginManifest>;
  /** Settings of its sample beside the courier's. */
  settings?: Record<string, string>;
  /** Changes the code. */
  edit?(code: string): string;
}

/** A package that is listed, and what it asks for. */
export interface ListedPackage {
  version: string;
  sha256: string;
  archive: Uint8Array;
  grants: Grants;
}

const SAMPLE = {
  settings: { url: "http://courier.example" },
  secrets: { token: "made-up-token" },
  message: { address: "device-#####", content: { text: "hello" }, variables: {} },
};

async function packCourier({ id, version, manifest = {}, settings, edit = (code) => code }: CourierVersion) {
  const courier = JSON.parse(await readFile(`${COURIER}channel.json`, "utf8"));
  const code = await readFile(`${COURIER}plugin.js`, "utf8");
  const own = { ...courier, ...manifest, id, version };
  return packFiles(
    new Map([
      ["channel.json", Buffer.from(JSON.stringify(own))],
      ["plugin.js", Buffer.from(edit(code.replace("/courier`", `/${version}\``)))],
      [
        "sample.json",
        Buffer.from(JSON.stringify({ ...SAMPLE, settings: { ...SAMPLE.settings, ...settings } })),
      ],
      ["README.md", Buffer.from(`# ${id}\n`)],
    ]),
  );
}

/** Lists a version as if it had been released days ago, or `hoursAgo`. */
export async function listCourier(
  { books }: Pick<Installation, "books">,
  courier: CourierVersion,
  { hoursAgo = 100, grade = "gold" } = {},
): Promise<ListedPackage> {
  const archive = await packCourier(courier);
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const { manifest } = await readPackage(archive);
  const { id, version } = courier;
  await books.transaction(async ({ sql }) => {
    await sql`
      insert into registries (id, kind, name, priority, public_keys)
      values (${randomUUID()}, 'own', 'own', 0, '{}') on conflict do nothing`;
    await sql`
      insert into plugin_packages (sha256, plugin_id, version, manifest, archive)
      values (${sha256}, ${id}, ${version}, ${JSON.stringify(manifest)}::jsonb, ${Buffer.from(archive)})`;
    await sql`
      insert into plugin_listings
        (registry_id, plugin_id, version, sha256, envelope, state, grade, listed_at)
      select id, ${id}, ${version}, ${sha256}, '{"signatures":[{"role":"publisher","keyId":"0011223344556677"}]}',
        'listed', ${grade}, now() - make_interval(hours => ${hoursAgo}) from registries where kind = 'own'`;
  });
  return { version, sha256, archive, grants: grantsOf(manifest) };
}
