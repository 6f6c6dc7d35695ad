import { sign } from "node:crypto";
import { type ClientHttp2Session, connect } from "node:http2";
import type { PlannedRequest } from "@tidings/sdk/plugin";
import type { Answer } from "@tidings/sdk/testing";

type Keys = Record<string, unknown>;

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

/** A provider token, with anything in it changed. */
export function makeToken(
  { teamId, keyId, signingKey }: Keys,
  claims: object = {},
  header: object = {},
): string {
  const iat = Math.floor(Date.now() / 1000);
  const signed = `${encode({ alg: "ES256", kid: keyId, ...header })}.${encode({ iss: teamId, iat, ...claims })}`;
  const key = { key: String(signingKey), dsaEncoding: "ieee-p1363" as const };
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

/**
 * A host in small, with one HTTP/2 connection: sends requests with a token, one after the other, and tells answers from
 * faults.
 */
export class Host {
  readonly #session: ClientHttp2Session;
  #turn: Promise<unknown> = Promise.resolve();
  /** The authorization of the next requests. */
  authorization: string | undefined;

  constructor(keys: Keys, token = makeToken(keys)) {
    this.authorization = `bearer ${token}`;
    this.#session = connect(String(keys.endpoint));
    this.#session.on("error", () => undefined);
  }

  close(): void {
    this.#session.destroy();
  }

  send(request: PlannedRequest, timeoutMs = 2000): Promise<Answer> {
    const answer = this.#turn.then(() => this.#exchange(request, timeoutMs));
    this.#turn = answer;
    return answer;
  }

  #exchange(request: PlannedRequest, timeoutMs: number): Promise<Answer> {
    const { url, method, headers = {}, body } = request;
    const { authorization } = this;
    const stream = this.#session.request({
      ":method": method,
      ":path": new URL(url).pathname,
      ...headers,
      ...(authorization !== undefined && { authorization }),
    });
    return new Promise((resolve) => {
      let status = 0;
      let text = "";
      const answered: Record<string, string> = {};
      const timer = setTimeout(() => stream.close(), timeoutMs);
      stream.on("response", ({ ":status": code = 0, ...rest }) => {
        status = code;
        for (const name in rest) answered[name] = String(rest[name]);
      });
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      stream.on("error", () => undefined);
      stream.on("close", () => {
        clearTimeout(timer);
        resolve(status ? { status, headers: answered, body: text } : { error: "ambiguous", detail: "cut" });
      });
      stream.end(body);
    });
  }
}
