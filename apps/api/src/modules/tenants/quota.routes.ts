import {
  access,
  createRoute,
  createRouter,
  json,
  problems,
  type Router,
  z,
} from "../../platform/http/index.ts";
import type { QuotaService } from "./quota.service.ts";

const Quota = z
  .object({
    kind: z.string().openapi({ example: "channels:sms" }),
    used: z.int(),
    limit: z.int(),
    contact: z.string().nullable().openapi({
      description: "Whom to ask for more, in the words of whoever runs the installation; null when not set.",
    }),
  })
  .openapi("Quota");

const QuotaList = z.object({ items: z.array(Quota) }).openapi("QuotaList");

const listQuotas = createRoute({
  method: "get",
  path: "/v1/quotas",
  operationId: "listQuotas",
  tags: ["Tenant"],
  summary: "List what the plan allows and how much of it is used",
  ...access("read", "Quota"),
  responses: { 200: json(QuotaList, "Every quota"), ...problems() },
});

export function quotaRoutes(service: QuotaService): Router {
  const router = createRouter();

  router.openapi(listQuotas, async (c) => {
    const quotas = await service.listQuotas(c.get("ctx"));
    const items = quotas.map(({ kind, used, limit, contact }) => ({ kind, used, limit, contact }));
    return c.json({ items }, 200);
  });

  return router;
}
