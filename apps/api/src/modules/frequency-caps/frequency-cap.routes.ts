import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
  tenantAccess,
  z,
} from "../../platform/http/index.ts";
import type { FrequencyCap as Cap } from "./frequency-cap.rules.ts";
import type { FrequencyCapService } from "./frequency-cap.service.ts";

const MAX_CAPS = 20;
const MAX_HOURS = 31 * 24;

const FrequencyCap = z
  .strictObject({
    limit: z.int().min(1).max(1000).openapi({ description: "Deliveries to one user at most." }),
    hours: z.int().min(1).max(MAX_HOURS).openapi({
      description: "Within any so many hours, however they lie; 24 is a day, at most 31 days.",
    }),
    channelKind: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}$/, "Not the name of a channel kind.")
      .nullable()
      .default(null)
      .openapi({ description: "Null: of all channel kinds together.", example: "sms" }),
    category: z.enum(["service", "marketing"]).nullable().default(null).openapi({
      description:
        "Null: of both categories together. Critical messages are neither held to a cap nor counted.",
    }),
  })
  .openapi("FrequencyCap");

const FrequencyCaps = z.strictObject({ items: z.array(FrequencyCap).max(MAX_CAPS) }).openapi("FrequencyCaps");

const tags = ["Frequency caps"];

const getFrequencyCaps = createRoute({
  method: "get",
  path: "/v1/frequency-caps",
  operationId: "getFrequencyCaps",
  tags,
  summary: "Read how often a user is written to at most",
  ...tenantAccess,
  responses: { 200: json(FrequencyCaps, "The caps"), ...problems() },
});

const saveFrequencyCaps = createRoute({
  method: "put",
  path: "/v1/frequency-caps",
  operationId: "saveFrequencyCaps",
  tags,
  summary: "Set how often a user is written to at most, whatever message it is by",
  ...access("update", "Tenant"),
  request: { body: jsonBody(FrequencyCaps) },
  responses: { 200: json(FrequencyCaps, "The caps as they are now"), ...problems(400, 413, 415) },
});

export function frequencyCapRoutes(service: FrequencyCapService): Router {
  const router = createRouter();

  router.openapi(getFrequencyCaps, async (c) => {
    const caps = await service.getFrequencyCaps(c.get("ctx"));
    return c.json({ items: caps.map(toFrequencyCap) }, 200);
  });

  router.openapi(saveFrequencyCaps, async (c) => {
    const caps = await service.saveFrequencyCaps(c.get("ctx"), c.req.valid("json").items);
    return c.json({ items: caps.map(toFrequencyCap) }, 200);
  });

  return router;
}

const toFrequencyCap = ({ limit, hours, channelKind, category }: Cap): z.infer<typeof FrequencyCap> => ({
  limit,
  hours,
  channelKind,
  category,
});
