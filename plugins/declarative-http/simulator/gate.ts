import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** How the gateway wants its callers to prove themselves. */
export type GateAuth = "none" | "bearer" | "basic" | "header" | "query" | "signature";

const TOLERANCE_SECONDS = 300;
const USERNAME = "tidings";
const NAMES = { header: "X-Gateway-Key", query: "key" };

export interface Call {
  headers: Headers;
  url: URL;
  body: string;
}

/** The gateway's own check of its callers. The secret is made up for each start. */
export class Gate {
  readonly auth: GateAuth;
  readonly secret: string;

  constructor(auth: GateAuth) {
    this.auth = auth;
    const random = randomBytes(24);
    this.secret = auth === "signature" ? `whsec_${random.toString("base64")}` : random.toString("hex");
  }

  /** The settings of a channel that gets through. */
  get settings(): Record<string, string> {
    const { auth, secret } = this;
    if (auth === "none") return { auth };
    if (auth === "basic") return { auth, secret, username: USERNAME };
    return auth === "header" || auth === "query" ? { auth, secret, authName: NAMES[auth] } : { auth, secret };
  }

  allows({ headers, url, body }: Call, now: number): boolean {
    const { secret } = this;
    switch (this.auth) {
      case "none":
        return true;
      case "bearer":
        return isSame(headers.get("authorization"), `Bearer ${secret}`);
      case "basic":
        return isSame(
          headers.get("authorization"),
          `Basic ${Buffer.from(`${USERNAME}:${secret}`).toString("base64")}`,
        );
      case "header":
        return isSame(headers.get(NAMES.header), secret);
      case "query":
        return isSame(url.searchParams.get(NAMES.query), secret);
      case "signature":
        return this.#isSigned(headers, body, now);
    }
  }

  #isSigned(headers: Headers, body: string, now: number): boolean {
    const timestamp = headers.get("webhook-timestamp") ?? "";
    if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
    const key = Buffer.from(this.secret.slice("whsec_".length), "base64");
    const signed = `${headers.get("webhook-id")}.${timestamp}.${body}`;
    const signature = createHmac("sha256", key).update(signed).digest("base64");
    return isSame(headers.get("webhook-signature"), `v1,${signature}`);
  }
}

function isSame(given: string | null, expected: string): boolean {
  const [one, other] = [Buffer.from(given ?? ""), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
