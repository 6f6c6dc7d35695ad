import type { ContentField } from "@tidings/sdk/plugin";
import type { FieldProblem } from "../../platform/errors.ts";
import type { KnownTemplate } from "./vendor-template.repository.ts";

/** The field of a rendering that names a template at the vendor, if the plugin has one. */
export function namingField(fields: Readonly<Record<string, ContentField>>): string | undefined {
  return Object.keys(fields).find((name) => fields[name]?.namesVendorTemplate);
}

const WORDS = {
  unknown: "is not among the vendor's templates",
  pending: "is still in review at the vendor",
  rejected: "was refused by the vendor",
};

/**
 * What deserves a look about a vendor's template that a rendering names: nothing of a channel whose vendor has approved
 * it, and nothing where no list was read.
 */
export function judgeReview(code: string, known: readonly KnownTemplate[], pointer: string): FieldProblem[] {
  return known.flatMap(({ channelName, state }) => {
    if (state === "approved") return [];
    const review = state ?? "unknown";
    const detail = `For the channel "${channelName}", "${code}" ${WORDS[review]}.`;
    return [{ pointer, detail, code: `vendor_template_${review}` }];
  });
}
