import { keyIdOf } from "@tidings/sdk/package";
import { fields, z } from "../../../platform/http/index.ts";
import { Fault, toFault } from "../fault.schemas.ts";
import { publicKey } from "../publishers/publisher.schemas.ts";
import type { RegistryWithCount } from "./registry.repository.ts";
import type { RegistryInspection as Inspection } from "./registry.service.ts";

const url = z
  .url({ protocol: /^https?$/ })
  .max(300)
  .openapi({
    description: "The base address. Only public https servers are asked.",
    example: "https://plugins.example/",
  });
const publicKeys = z.array(publicKey).min(1).max(20);
const name = fields.line(60);

export const InspectRegistryBody = z.strictObject({ url }).openapi("InspectRegistry");

export const AddRegistryBody = z
  .strictObject({
    name,
    url,
    publicKeys: publicKeys.openapi({ description: "Those of the inspection that were found right." }),
  })
  .openapi("AddRegistry");

export const ChangeRegistryBody = z
  .strictObject({ name: name.optional(), isOn: z.boolean().optional(), publicKeys: publicKeys.optional() })
  .openapi("ChangeRegistry");

export const OrderRegistriesBody = z
  .strictObject({ registryIds: z.array(fields.id("registry")).min(1).max(50) })
  .openapi("OrderRegistries");

export const RegistryParam = z.object({ registryId: fields.id("registry") });

const Key = z.object({ keyId: z.string(), publicKey: z.string() });

export const registryKind = z.enum(["own", "seed", "remote"]);

export const Registry = z
  .object({
    id: fields.id("registry"),
    kind: registryKind.openapi({
      description:
        "`own`: this installation's desk; `seed`: what ships with it; `remote`: somebody's server.",
    }),
    name: z.string(),
    url: z.string().nullable(),
    priority: z.int().openapi({ description: "The lowest is asked first." }),
    keys: z.array(Key),
    isOn: z.boolean(),
    sequence: z.int(),
    listedCount: z.int().openapi({ description: "Versions that it lists." }),
    syncedAt: fields.moment.nullable(),
    failure: z.array(Fault).nullable().openapi({ description: "Why the last synchronisation failed." }),
  })
  .openapi("Registry");

export const RegistryList = z.object({ items: z.array(Registry) }).openapi("RegistryList");

export const RegistryInspection = z
  .object({
    name: z.string(),
    keys: z.array(Key),
    sequence: z.int(),
    plugins: z.array(z.object({ id: z.string(), latest: z.string(), grade: z.string() })),
  })
  .openapi("RegistryInspection");

const toKey = (key: string) => ({ keyId: keyIdOf(key), publicKey: key });

export function toRegistry(row: RegistryWithCount): z.infer<typeof Registry> {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    url: row.url,
    priority: row.priority,
    keys: row.publicKeys.map(toKey),
    isOn: row.isOn,
    sequence: row.sequence,
    listedCount: row.listedCount,
    syncedAt: row.syncedAt?.toISOString() ?? null,
    failure: row.failure?.map(toFault) ?? null,
  };
}

export const toInspection = (found: Inspection): z.infer<typeof RegistryInspection> => ({
  name: found.name,
  keys: found.publicKeys.map(toKey),
  sequence: found.sequence,
  plugins: found.plugins.map(({ id, latest, grade }) => ({ id, latest, grade })),
});
