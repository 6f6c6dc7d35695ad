import { describe, expect, it } from "vitest";
import { hostOfSetting } from "../testing/plugins.ts";
import { allowedHosts, readDestination } from "./destination.ts";

const policy = { allowedEndpoints: new Set(["127.0.0.1:4001", "[::1]:4001", "localhost:4001"]) };

describe("allowedHosts", () => {
  it("takes names as they are and settings as URL or host", () => {
    const hosts = allowedHosts(
      ["api.example.com", hostOfSetting("url"), hostOfSetting("host"), hostOfSetting("none")],
      {
        url: "https://HOOKS.example.com:8443/in?x=1",
        host: "mail.example.com",
      },
    );
    expect([...hosts]).toEqual(["api.example.com", "hooks.example.com", "mail.example.com"]);
  });

  it("reads addresses in the form they have in a URL", () => {
    const hosts = allowedHosts([hostOfSetting("a"), hostOfSetting("b")], { a: "::1", b: "http://127.1" });
    expect([...hosts]).toEqual(["[::1]", "127.0.0.1"]);
  });
});

describe("readDestination", () => {
  const check = (url: string, ...hosts: string[]) => readDestination(url, new Set(hosts), policy);

  it.each([
    ["https://api.example.com/send?x=1", "api.example.com"],
    ["https://api.example.com:8443/", "api.example.com"],
    ["http://127.0.0.1:4001/", "127.0.0.1"],
    ["http://[::1]:4001/", "[::1]"],
    ["http://localhost:4001/", "localhost"],
  ])("allows %s", (url, host) => {
    expect(check(url, host).href).toBe(url);
  });

  it.each([
    ["another host", "https://evil.example.com/", "host evil.example.com"],
    ["a longer host", "https://api.example.com.evil.com/", "host api.example.com.evil.com"],
    ["plain http", "http://api.example.com/", "https"],
    ["another port", "https://api.example.com:22/", "Port 22"],
    ["a user name", "https://user@api.example.com/", "user name"],
    ["a password", "https://:pw@api.example.com/", "user name"],
    ["a file", "file:///etc/passwd", "host"],
    ["no URL", "not a url", "malformed"],
    ["a private address", "https://10.0.0.1/", "public"],
    ["another port of an allowed host", "http://127.0.0.1:4002/", "https"],
  ])("refuses %s", (_name, url, reason) => {
    expect(() => check(url, "api.example.com", "10.0.0.1", "127.0.0.1")).toThrow(reason);
  });
});
