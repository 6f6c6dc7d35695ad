import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails with the rule and the elements for every accessibility fault on the page. */
export async function expectAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { configure: (spec: object) => void; run: (options: object) => Promise<AxeResults> };
    };
    // A tooltip that the pointer happens to have opened stands beside the landmarks, as a dialog does.
    const regionMatcher =
      "dialog, [role=dialog], [role=alertdialog], [role=tooltip], [data-bits-floating-content-wrapper], svg";
    axe.configure({ checks: [{ id: "region", options: { regionMatcher } }] });
    // Describing what passes, element by element, takes longer than finding the faults.
    return (await axe.run({ resultTypes: ["violations"] })).violations;
  });
  const faults = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
  expect(faults).toEqual([]);
}
