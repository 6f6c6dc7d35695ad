import {
  createRoute,
  createRouter,
  fields,
  json,
  jsonBody,
  operatorAccess,
  problems,
  type Router,
  z,
} from "../../../platform/http/index.ts";
import type { BlockRow } from "./block.repository.ts";
import type { BlockService } from "./block.service.ts";

const tags = ["Marketplace desk"];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "Not the SHA-256 of a package: 64 hexadecimal digits.");
const BlockParam = z.object({ sha256 });
const BlockPackageBody = z.strictObject({ sha256, reason: fields.line(500) }).openapi("BlockPackage");

const Block = z
  .object({
    sha256: z.string(),
    pluginId: z.string(),
    version: z.string(),
    cause: z.enum(["operator", "label", "strikes"]).openapi({
      description: "An operator's word, a listing's label, or what the plugin did in the sandbox.",
    }),
    reason: z.string(),
    createdAt: fields.moment,
  })
  .openapi("PluginBlock");
const BlockList = z.object({ items: z.array(Block) }).openapi("PluginBlockList");

const listBlocks = createRoute({
  method: "get",
  path: "/v1/operator/blocks",
  operationId: "listBlocks",
  tags,
  summary: "List the packages that nobody may run",
  ...operatorAccess,
  responses: { 200: json(BlockList, "The newest 500 blocks"), ...problems() },
});

const blockPackage = createRoute({
  method: "post",
  path: "/v1/operator/blocks",
  operationId: "blockPackage",
  tags,
  summary: "Stop a package everywhere, within a minute",
  ...operatorAccess,
  request: { body: jsonBody(BlockPackageBody) },
  responses: { 201: json(Block, "The block"), ...problems(400, 404, 413, 415) },
});

const unblockPackage = createRoute({
  method: "delete",
  path: "/v1/operator/blocks/{sha256}",
  operationId: "unblockPackage",
  tags,
  summary: "Let a package run again, whatever it was blocked for",
  ...operatorAccess,
  request: { params: BlockParam },
  responses: { 204: { description: "Unblocked" }, ...problems(404) },
});

const PackageUse = z
  .object({
    tenantCount: z.int().openapi({ description: "Tenants that run it, or try it." }),
    channelCount: z.int().openapi({ description: "Their channels of the plugin." }),
    waitingCount: z.int().openapi({ description: "Deliveries of those channels that are not sent yet." }),
  })
  .openapi("PackageUse");

const getPackageUse = createRoute({
  method: "get",
  path: "/v1/operator/packages/{sha256}/use",
  operationId: "getPackageUse",
  tags,
  summary: "Count what would stop if a package were blocked",
  ...operatorAccess,
  request: { params: BlockParam },
  responses: { 200: json(PackageUse, "The counts, of all tenants together"), ...problems(404) },
});

export function blockRoutes(service: BlockService): Router {
  const router = createRouter();

  router.openapi(listBlocks, async (c) => {
    const items = await service.listBlocks(c.get("ctx"));
    return c.json({ items: items.map(toBlock) }, 200);
  });

  router.openapi(blockPackage, async (c) => {
    const { sha256: hash, reason } = c.req.valid("json");
    return c.json(toBlock(await service.blockPackage(c.get("ctx"), hash, reason)), 201);
  });

  router.openapi(unblockPackage, async (c) => {
    await service.unblockPackage(c.get("ctx"), c.req.valid("param").sha256);
    return c.body(null, 204);
  });

  router.openapi(getPackageUse, async (c) => {
    const { tenantCount, channelCount, waitingCount } = await service.getPackageUse(
      c.get("ctx"),
      c.req.valid("param").sha256,
    );
    return c.json({ tenantCount, channelCount, waitingCount }, 200);
  });

  return router;
}

const toBlock = (row: BlockRow): z.infer<typeof Block> => ({
  sha256: row.sha256,
  pluginId: row.pluginId,
  version: row.version,
  cause: row.cause,
  reason: row.reason,
  createdAt: row.createdAt.toISOString(),
});
