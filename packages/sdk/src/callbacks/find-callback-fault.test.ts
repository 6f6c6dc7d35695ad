import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findCallbackFault } from "./find-callback-fault.ts";

const SECRET = `whsec_${Buffer.from("a key of twenty-four byt").toString("base64")}`;
const OTHER = `whsec_${Buffer.from("another key of this size").toString("base64")}`;
const NOW = 1_780_000_000_000;
const BODY = '{"type":"deliveries"}';

function signed(secrets: string[], { id = "cbk_1", at = NOW } = {}) {
  const timestamp = String(at / 1000);
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${BODY}`).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

describe("a callback", () => {
  it("is genuine with one signature by one of the secrets that are known", () => {
    for (const secrets of [[SECRET], [OTHER, SECRET]]) {
      expect(findCallbackFault(signed(secrets), BODY, [SECRET], NOW)).toBeUndefined();
      expect(findCallbackFault(new Headers(signed([SECRET])), BODY, secrets, NOW)).toBeUndefined();
    }
  });

  it("is read from headers of any library", () => {
    const headers = new Map(Object.entries(signed([SECRET])));
    expect(findCallbackFault(headers, BODY, [SECRET], NOW)).toBeUndefined();
  });

  it("is not with another key, body or id", () => {
    const fault = "the signature does not verify";
    expect(findCallbackFault(signed([OTHER]), BODY, [SECRET], NOW)).toBe(fault);
    expect(findCallbackFault(signed([SECRET]), `${BODY} `, [SECRET], NOW)).toBe(fault);
    expect(findCallbackFault({ ...signed([SECRET]), "webhook-id": "cbk_2" }, BODY, [SECRET], NOW)).toBe(
      fault,
    );
  });

  it("is not when it is older than five minutes, or without a header", () => {
    const old = signed([SECRET], { at: NOW - 301_000 });
    expect(findCallbackFault(old, BODY, [SECRET], NOW)).toBe("the timestamp is more than five minutes off");
    const { "webhook-signature": _, ...rest } = signed([SECRET]);
    expect(findCallbackFault(rest, BODY, [SECRET], NOW)).toBe("a webhook header is missing");
  });
});
