import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  givenSchool,
  type Installation,
  mustSucceed,
  PASSWORD,
  type School,
  startInstallation,
} from "../harness/index.ts";

let behindProxy: Installation;
let inTheOpen: Installation;
const schools = new Map<Installation, School>();
beforeAll(async () => {
  behindProxy = await startInstallation({ engine: false, trustedProxies: ["127.0.0.0/8", "10.0.0.0/8"] });
  inTheOpen = await startInstallation({ engine: false });
  for (const one of [behindProxy, inTheOpen]) schools.set(one, await givenSchool(one));
}, 60_000);
afterAll(async () => {
  await behindProxy?.stop();
  await inTheOpen?.stop();
});

const schoolOf = (installation: Installation) => schools.get(installation) as School;

/** Signs in over the network, as a browser behind a proxy on this machine. */
async function signInFrom(
  installation: Installation,
  forwardedFor: string,
  password: string,
  email?: string,
) {
  const response = await fetch(new URL("/v1/session", installation.publicUrl), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-tidings-console": "1",
      "x-forwarded-for": forwardedFor,
    },
    body: JSON.stringify({ email: email ?? schoolOf(installation).emails.operator, password }),
  });
  return response.status;
}

async function lastAddress(installation: Installation): Promise<string | null> {
  const { items } = await mustSucceed<{ items: { ipAddress: string | null }[] }>(
    schoolOf(installation).owner("GET", "/v1/audit-entries?action=member.signed_in&limit=1"),
  );
  return items[0]?.ipAddress ?? null;
}

describe("the caller's address", () => {
  it("is taken from a trusted proxy into the audit log", async () => {
    expect(await signInFrom(behindProxy, "6.6.6.6, 203.0.113.7, 10.1.2.3", PASSWORD)).toBe(201);
    expect(await lastAddress(behindProxy)).toBe("203.0.113.7");
  });

  it("is the peer's where no proxy is trusted, whatever a header says", async () => {
    expect(await signInFrom(inTheOpen, "203.0.113.7", PASSWORD)).toBe(201);
    expect(await lastAddress(inTheOpen)).toBe("127.0.0.1");
  });

  it("lets one caller's wrong passwords slow down nobody else behind the proxy", async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const email = `nobody-${attempt}@school.example`;
      expect(await signInFrom(behindProxy, "203.0.113.66", "wrong password", email)).toBe(401);
    }
    expect(await signInFrom(behindProxy, "203.0.113.66", PASSWORD)).toBe(429);
    expect(await signInFrom(behindProxy, "1.1.1.1, 203.0.113.66", PASSWORD)).toBe(429);
    expect(await signInFrom(behindProxy, "203.0.113.67", PASSWORD)).toBe(201);
  });
});
