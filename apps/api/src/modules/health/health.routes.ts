import {
  createRoute,
  createRouter,
  json,
  operatorAccess,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import { InstallationHealth, toInstallationHealth } from "./health.schemas.ts";
import type { HealthService } from "./health.service.ts";

const getInstallationHealth = createRoute({
  method: "get",
  path: "/v1/operator/health",
  operationId: "getInstallationHealth",
  tags: ["Operators"],
  summary: "Read what the ledger has found, what waits, and how each process is",
  ...operatorAccess,
  responses: { 200: json(InstallationHealth, "The installation's health"), ...problems() },
});

export function healthRoutes(service: HealthService): Router {
  const router = createRouter();

  router.openapi(getInstallationHealth, async (c) => {
    const health = await service.getInstallationHealth(c.get("ctx"));
    return c.json(toInstallationHealth(health), 200);
  });

  return router;
}
