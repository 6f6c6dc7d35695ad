import { defineProblem } from "../../platform/errors.ts";

export const templateNotUnique = defineProblem("template-not-unique", 409, "Template code or name taken");
export const templateChanged = defineProblem("template-changed", 409, "Template changed meanwhile");
export const templateInUse = defineProblem("template-in-use", 409, "Template in use");
export const templateVersionNotDraft = defineProblem(
  "template-version-not-draft",
  409,
  "Template version is not a draft",
);
