import { describe, expect, it } from "vitest";
import { isPersonal } from "./visit.rules.ts";

const visitOf = (agent: string) =>
  isPersonal({ method: "GET", header: (name) => (name === "user-agent" ? agent : undefined) });

describe("a visit", () => {
  it("is personal on a phone whose make has a bot in its name", () => {
    const agent =
      "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20 Build/RP1A.200720.011) AppleWebKit/537.36 Chrome/96.0 Mobile";
    expect(visitOf(agent)).toBe(true);
  });

  it("is not personal where a program names itself", () => {
    const programs = [
      "Mozilla/5.0 (compatible; bingbot/2.0)",
      "Slackbot-LinkExpanding 1.0",
      "Bot",
      "curl/8.5.0",
    ];
    for (const agent of programs) expect(visitOf(agent)).toBe(false);
  });
});
