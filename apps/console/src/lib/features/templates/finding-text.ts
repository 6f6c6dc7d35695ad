import type { TemplatePreview, TemplateVersion } from "#lib/api/client.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";

type Finding = TemplatePreview["findings"][number];

/** What a vendor thinks of the template of its own that a rendering names. */
const vendorTexts: Record<string, (input: { field: string }) => string> = {
  vendor_template_unknown: m.templates_finding_vendor_unknown,
  vendor_template_pending: m.templates_finding_vendor_pending,
  vendor_template_rejected: m.templates_finding_vendor_rejected,
};

/** What the API found in a preview, in words; its own where the code is not known. */
export function findingText(
  { code, pointer, detail }: Finding,
  version: Pick<TemplateVersion, "variables">,
  plugins: Pick<PluginCatalogue, "contentFields" | "fieldName">,
): string {
  const [, group, first = "", second = ""] = pointer.split("/");
  if (code === "unused_variable") {
    const name = version.variables[Number(first)]?.name;
    if (name) return m.templates_finding_unused({ name });
  }
  if (code === "not_a_number" && group === "variables")
    return m.templates_finding_not_a_number({ name: first });
  if (code === "too_long" && group === "renderings") {
    const limit = plugins.contentFields(first).find(([name]) => name === second)?.[1].maxLength;
    if (limit !== undefined)
      return m.templates_finding_too_long({ field: plugins.fieldName(first, second), limit });
  }
  const vendorText = vendorTexts[code];
  if (vendorText && group === "renderings") return vendorText({ field: plugins.fieldName(first, second) });
  return detail;
}
