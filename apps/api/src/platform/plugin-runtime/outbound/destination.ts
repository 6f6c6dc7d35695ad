import { isIP } from "node:net";
import type { Settings } from "@tidings/sdk/plugin";
import { BlockedError, notPublic, OWN_NETWORK } from "./blocked-error.ts";
import type { OutboundPolicy } from "./policy.ts";
import { isPublicAddress } from "./public-address.ts";

const PORTS = ["443", "8443"];
const SETTING = /^\$\{settings\.([A-Za-z0-9]+)\}$/;

/** The setting that a text of the manifest, such as an entry of `hosts`, stands for, if it is such a template. */
export const settingOfTemplate = (entry: string): string | undefined => SETTING.exec(entry)?.[1];

/** The host names that a channel may call, in the form they have in a parsed URL. */
export function allowedHosts(entries: readonly string[], settings: Settings): ReadonlySet<string> {
  const hosts = new Set<string>();
  for (const entry of entries) {
    const setting = settingOfTemplate(entry);
    const host = readHost(setting === undefined ? entry : settings[setting]);
    if (host) hosts.add(host);
  }
  return hosts;
}

/** The host of a URL or of a bare host name, brought into the form it has in a parsed URL. */
export function readHost(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const bare = isIP(value) === 6 ? `[${value}]` : value;
  const url = URL.parse(bare.includes("://") ? bare : `https://${bare}`);
  return url?.hostname || undefined;
}

const ENDPOINT = /^([^/?#@*\s]+):(\d{1,5})$/;

/** A host with its port as it stands in `allowedEndpoints`; undefined for what is none. */
export function readEndpoint(text: string): string | undefined {
  const [, name, digits] = ENDPOINT.exec(text) ?? [];
  const host = readHost(name);
  const port = Number(digits);
  return host && port >= 1 && port <= 65_535 ? `${host}:${port}` : undefined;
}

/** Reads the URL of a request, throws BlockedError unless it may be called. Names are checked when dialled. */
export function readDestination(text: string, hosts: ReadonlySet<string>, policy: OutboundPolicy): URL {
  const url = URL.parse(text);
  if (!url) throw new BlockedError("The URL is malformed.");
  if (url.username !== "" || url.password !== "") throw new BlockedError("The URL contains a user name.");
  if (!hosts.has(url.hostname)) {
    throw new BlockedError(`The host ${url.hostname.slice(0, 100)} is not among those of this channel.`);
  }
  if (!policy.allowedEndpoints.has(`${url.hostname}:${portOf(url)}`)) checkPublic(url);
  return url;
}

function checkPublic(url: URL): void {
  if (url.protocol !== "https:") throw new BlockedError(`Only https is allowed, except ${OWN_NETWORK}.`);
  const port = portOf(url);
  if (!PORTS.includes(port)) {
    throw new BlockedError(`Port ${port} is not allowed; use ${PORTS.join(" or ")}, except ${OWN_NETWORK}.`);
  }
  const literal = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw notPublic();
}

function portOf(url: URL): string {
  if (url.port !== "") return url.port;
  return url.protocol === "https:" ? "443" : "80";
}
