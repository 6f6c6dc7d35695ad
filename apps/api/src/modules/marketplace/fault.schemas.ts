import type { Fault as FaultFound } from "@tidings/sdk/package";
import { z } from "../../platform/http/index.ts";

const params = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .openapi({ description: "What the sentence names." });

export const Fault = z
  .object({
    code: z.string().openapi({ description: "Stable, for words in other languages.", example: "plan_slow" }),
    params,
    at: z
      .array(z.object({ code: z.string(), params }))
      .openapi({ description: "Where it was found or what was tried, from the outside in." }),
    detail: z.string().openapi({ description: "All of it in English." }),
  })
  .openapi("Fault", { description: "Something wrong with a plugin, its package or a registry." });

export const toFault = ({ code, params, at, detail }: FaultFound): z.infer<typeof Fault> => ({
  code,
  params,
  at,
  detail,
});
