import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { abilityOf } from "#lib/ability.ts";
import { loginPath, returnPath } from "#lib/login-path.ts";
import { locate, navigation, visibleNavigation } from "#lib/shell/navigation.ts";

const places = navigation.flatMap((entry) => ("href" in entry ? [entry] : entry.places));

describe("the navigation", () => {
  test.each(places.map(({ href }) => href))("%s is a route", (href) => {
    expect(existsSync(join(import.meta.dirname, "../src/routes/(app)", href, "+page.svelte"))).toBe(true);
  });

  test("keeps what a role may see, and drops groups with nothing left", () => {
    const ability = abilityOf([{ action: "read", subject: ["Message", "Template"] }]);
    const visible = visibleNavigation((action, subject) => ability.can(action, subject));
    const hrefs = visible.map((entry) =>
      "href" in entry ? entry.href : entry.places.map(({ href }) => href),
    );
    expect(hrefs).toEqual(["/", ["/messages", "/messages/scheduled"], "/templates"]);
  });

  test("shows the operators' part to operators alone, whatever their role", () => {
    const hasDesk = (isOperator: boolean) =>
      visibleNavigation(() => true, isOperator).some(
        (entry) => "places" in entry && entry.places.some(({ href }) => href === "/operator/desk"),
      );
    expect([hasDesk(true), hasDesk(false)]).toEqual([true, false]);
  });

  test("knows the place of a page below it", () => {
    expect(locate("/messages/msg_1/people")?.place.href).toBe("/messages");
    expect(locate("/messages/new")?.place.href).toBe("/messages/new");
    expect(locate("/messagesx")).toBeUndefined();
  });
});

describe("the way back after signing in", () => {
  test("is the page one came from", () => {
    const login = new URL(loginPath(new URL("https://tidings.test/users?q=a%26b")), "https://tidings.test");
    expect(returnPath(login)).toBe("/users?q=a%26b");
  });

  test.each([
    "https://evil.test/",
    "//evil.test/",
    "/\\evil.test",
    "/login?return=/login",
    "javascript:alert(1)",
  ])("is never %s", (target) => {
    const login = new URL(`https://tidings.test/login?return=${encodeURIComponent(target)}`);
    expect(returnPath(login)).toBe("/");
  });
});
