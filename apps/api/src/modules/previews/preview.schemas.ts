import { SEND_STATUSES } from "@tidings/sdk/plugin";
import { fields, z } from "../../platform/http/index.ts";
import type { ChannelPreview as Preview } from "./preview-sending.ts";

const content = z
  .record(z.string().max(64), z.string().max(100_000))
  .refine((texts) => Object.keys(texts).length <= 20, "At most 20 fields.")
  .openapi({ description: "Field → text with `{{variable}}`; the plugin says which fields there are." });

const variables = z
  .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,63}$/), z.union([z.string().max(2_000), z.number()]))
  .refine((values) => Object.keys(values).length <= 50, "At most 50 variables.")
  .default({});

const address = fields.line(500).openapi({ description: "As the plugin's address rules have it." });

const templateId = fields.id("template");

export const PreviewParam = z.object({ channelId: fields.id("channel") });

export const PreviewChannelBody = z
  .strictObject({
    content: content.optional(),
    templateId: templateId.optional(),
    version: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .openapi({ description: "Of the template; without it the draft, else the published one." }),
    variables,
    address: address.optional(),
    userId: fields.line(64).optional().openapi({
      description: "The tenant's own id of a user, instead of an address; for those who may see addresses.",
    }),
  })
  .openapi("PreviewChannel");

export const TestSendBody = z
  .strictObject({
    content: content.optional(),
    templateId: templateId.optional().openapi({ description: "Of a published template." }),
    variables,
    address,
  })
  .openapi("TestSend");

const text = z.object({ zh: z.string(), en: z.string() });

const PreviewedRequest = z
  .object({
    method: z.enum(["GET", "POST", "PUT", "DELETE"]),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
    authentication: z
      .object({
        scheme: z.string(),
        type: z.string(),
        headers: z.record(z.string(), z.string()),
        query: z.record(z.string(), z.string()),
      })
      .nullable()
      .openapi({
        description:
          "What is added when it leaves, with placeholders in angle brackets for what is secret or made then.",
      }),
    blockedBecause: z
      .string()
      .nullable()
      .openapi({ description: "Why it would not be let out; null when it would." }),
  })
  .openapi("PreviewedRequest");

export const ChannelPreview = z
  .object({
    kind: z.enum(["requests", "transmission", "unavailable"]).openapi({
      description:
        "`requests`: HTTP requests; `transmission`: what a plugin with sockets of its own would hand over; `unavailable`: it cannot be said.",
    }),
    address: z.string(),
    content: z.record(z.string(), z.string()).openapi({ description: "The rendered fields." }),
    requests: z
      .array(PreviewedRequest)
      .openapi({ description: "The first round; some vendors are called again after their answer." }),
    parts: z.array(z.object({ label: text, text: z.string() })),
    refusal: z
      .object({
        status: z.enum(SEND_STATUSES),
        code: z.string().nullable(),
        detail: z.string().nullable(),
        text: text.nullable().openapi({ description: "The code in the plugin's words." }),
      })
      .nullable()
      .openapi({ description: "Why nothing would be sent to this address." }),
    unavailable: z.object({ code: z.string(), detail: z.string() }).nullable(),
    findings: z
      .array(z.object({ pointer: z.string(), detail: z.string(), code: z.string() }))
      .openapi({ description: "What deserves a look before sending." }),
  })
  .openapi("ChannelPreview");

export function toChannelPreview({ sending, ...preview }: Preview): z.infer<typeof ChannelPreview> {
  const refusal = sending.kind === "unavailable" ? null : sending.refusal;
  return {
    kind: sending.kind,
    address: preview.address,
    content: preview.content,
    requests: sending.kind === "requests" ? sending.requests.map(toRequest) : [],
    parts: sending.kind === "transmission" ? sending.parts : [],
    refusal: refusal && {
      status: refusal.status,
      code: refusal.code ?? null,
      detail: refusal.detail ?? null,
      text: preview.refusalText ?? null,
    },
    unavailable: sending.kind === "unavailable" ? { code: sending.code, detail: sending.detail } : null,
    findings: preview.findings,
  };
}

type Request = Extract<Preview["sending"], { kind: "requests" }>["requests"][number];

const toRequest = ({ method, url, headers, body, authentication, blockedBecause }: Request) => ({
  method,
  url,
  headers,
  body,
  authentication: authentication && {
    scheme: authentication.scheme,
    type: authentication.type,
    headers: authentication.headers,
    query: authentication.query,
  },
  blockedBecause,
});
