import { z } from "zod";
import { isNetwork } from "./http/client-address.ts";
import { readEndpoint } from "./plugin-runtime/outbound/destination.ts";

const list = z
  .string()
  .default("")
  .transform((text) => text.split(",").flatMap((part) => part.trim() || []));

const networks = list.pipe(
  z.array(z.string().refine(isNetwork, "Not an address or network such as 10.0.0.0/8.")),
);

const endpoint = z.string().transform((text, context) => {
  const read = readEndpoint(text);
  if (read === undefined) context.addIssue("Not a host with its port such as mail.school.lan:25.");
  return read ?? z.NEVER;
});

const schema = z.object({
  /** A PostgreSQL 15+ server; without it an embedded one is started in `DATA_DIR`. */
  DATABASE_URL: z.url().optional(),
  /** A Redis 6.2+ server with `maxmemory-policy noeviction`; without it the queue lives in PostgreSQL. */
  REDIS_URL: z.url().optional(),
  /** Key-encryption key: 32 bytes in base64. Required with `DATABASE_URL`, else kept in `DATA_DIR`. */
  TIDINGS_KEY: z.base64().length(44).optional(),
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  /** The address people use; decides whether cookies are `Secure` and which Origin is ours. */
  PUBLIC_URL: z.url().optional(),
  /** Addresses and networks, with commas between, of proxies whose `X-Forwarded-For` is believed. */
  TRUSTED_PROXIES: networks,
  /** Addresses and networks, with commas between, from which vendors are called, for their lists of allowed ones. */
  EGRESS_ADDRESSES: networks.pipe(z.array(z.string()).max(50, "At most 50 addresses and networks.")),
  /**
   * `host:port`, with commas between, of servers in the own network that the channels and callbacks of every tenant may
   * call, over plain http too. All else that is not public stays out of reach.
   */
  INTERNAL_ENDPOINTS: list.pipe(z.array(endpoint).max(200, "At most 200 endpoints.")),
  /** Emails, with commas between, of the logins that run the installation: its operators. */
  OPERATOR_EMAILS: z
    .string()
    .transform((text) => text.split(",").flatMap((part) => part.trim().toLowerCase() || []))
    .pipe(z.array(z.email()).min(1).max(50))
    .optional(),
  /** Whom a tenant asks for a higher quota, as people read it: a name, a number, an address. */
  QUOTA_CONTACT: z.string().trim().min(1).max(200).optional(),
  /** Deliveries of one tenant that are claimed at once. */
  IN_FLIGHT_PER_TENANT: z.coerce.number().int().min(1).default(12_000),
  /** Deliveries of one channel that are claimed at once. */
  IN_FLIGHT_PER_CHANNEL: z.coerce.number().int().min(1).default(12_000),
  /** Deliveries of everybody together that are claimed at once. */
  IN_FLIGHT_IN_ALL: z.coerce.number().int().min(1).default(128_000),
  /** Waiting deliveries of one tenant from which on its messages are answered 429. */
  BACKLOG_PER_TENANT: z.coerce.number().int().min(1).default(2_000_000),
  /** Waiting deliveries in all from which on messages are answered 503. */
  BACKLOG_TOTAL: z.coerce.number().int().min(1).default(10_000_000),
  /** Messages that one process stores at once; further ones are answered 503. */
  STORING_AT_ONCE: z.coerce.number().int().min(1).default(1_000),
  DATA_DIR: z.string().default(".data"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** Folder of the channel plugins. */
  PLUGINS_DIR: z.string().default("plugins"),
  /** Folder of the registry of plugins that ships with the server; there need not be one. */
  REGISTRY_DIR: z.string().default("registry"),
  /** Where the pure plugins of `PLUGINS_DIR` run: in this process, or sealed in the sandbox. */
  PLUGIN_ISOLATION: z.enum(["in-process", "sealed"]).default("in-process"),
  /** Folder of the built console. */
  CONSOLE_DIR: z.string().default("apps/console/build"),
  /** The built script of the inbox widget. */
  WIDGET_FILE: z.string().default("apps/inbox-widget/dist/inbox.js"),
});

export type Env = z.infer<typeof schema>;

/** Reads the environment once; throws with one line per wrong variable. */
export function readEnv(source: NodeJS.ProcessEnv): Env {
  const named = Object.fromEntries(Object.keys(schema.shape).map((key) => [key, source[key] || undefined]));
  const parsed = schema.safeParse(named);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The environment is not usable:\n${lines.join("\n")}`);
}
