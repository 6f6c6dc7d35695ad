import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fault, within } from "@tidings/sdk/package";
import { expect, it } from "vitest";
import {
  marketplaceFault,
  marketplacePlace,
} from "../../apps/api/src/modules/marketplace/marketplace-faults.ts";
import { manifestFault, manifestPlace } from "../../apps/api/src/platform/plugin-runtime/index.ts";

const MESSAGES = join(import.meta.dirname, "../../apps/console/messages");
const FAULTS = [fault, manifestFault, marketplaceFault].flatMap(({ codes }): string[] => codes);
const PLACES = [within, manifestPlace, marketplacePlace].flatMap(({ codes }): string[] => codes);
const EXPECTED = [
  ...FAULTS.map((code) => `fault_${code}`),
  ...PLACES.map((code) => `fault_at_${code}`),
  "fault_at",
  "fault_places",
];

const readCatalogue = (locale: string): Record<string, string> =>
  JSON.parse(readFileSync(join(MESSAGES, locale, "faults.json"), "utf8"));

it("has no code twice, since a code alone says what is wrong", () => {
  expect(FAULTS.filter((code, index) => FAULTS.indexOf(code) !== index)).toEqual([]);
  expect(PLACES.filter((code, index) => PLACES.indexOf(code) !== index)).toEqual([]);
});

it.each(["zh-CN", "en"])("says every fault and every place in %s", (locale) => {
  const { $schema: _, ...words } = readCatalogue(locale);
  expect(Object.keys(words).sort()).toEqual(EXPECTED.sort());
});

it("says none of them in English to readers of Chinese", () => {
  // What a plugin or a file is called, and what was written down before there were codes, is nobody's to translate.
  const names = /^fault_(at_in_function|at_in_file|at_in_versions|as_written|code_not_loadable)$/;
  const words = Object.entries(readCatalogue("zh-CN")).filter(
    ([key]) => key.startsWith("fault_") && !names.test(key),
  );
  const untranslated = words.filter(([, text]) => !/[\p{Script=Han}：，]/u.test(text)).map(([key]) => key);
  expect(untranslated).toEqual([]);
});
