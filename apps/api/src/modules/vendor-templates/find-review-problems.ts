import type { ContentField } from "@tidings/sdk/plugin";
import type { Tx } from "../../platform/database/index.ts";
import type { FieldProblem } from "../../platform/errors.ts";
import type { PluginCatalogue, PluginCatalogues } from "../../platform/plugin-runtime/index.ts";
import { judgeReview, namingField } from "./review.rules.ts";
import { findByCode } from "./vendor-template.repository.ts";

export interface ReviewedContent {
  /** The channel kind, and the only channel it is for, if it is for one. */
  kind: string;
  channelId?: string | undefined;
  /** How the rendering came out. */
  content: Readonly<Record<string, string>>;
  /** The fields of the plugin that it suits. */
  fields: Readonly<Record<string, ContentField>>;
  /** Where a field stands in what was asked. */
  pointerTo(field: string): string;
}

export type FindReviewProblems = (
  tx: Tx,
  tenantId: string,
  asked: ReviewedContent,
) => Promise<FieldProblem[]>;

/** Compares the vendor's template that a rendering names with what was last read of the vendor's review. */
export function createFindReviewProblems(deps: {
  catalogue: PluginCatalogues<Pick<PluginCatalogue, "find">>;
}): FindReviewProblems {
  return async (tx, tenantId, { kind, channelId, content, fields, pointerTo }) => {
    const field = namingField(fields);
    const code = field === undefined ? undefined : content[field]?.trim();
    if (field === undefined || !code) return [];
    const catalogue = deps.catalogue.of(tenantId);
    const known = await findByCode(tx, tenantId, code, { kind, id: channelId });
    const concerned = known.filter(({ pluginId, state }) => {
      const manifest = catalogue.find(pluginId)?.manifest;
      // Another plugin of the kind names its templates in another field.
      if (!manifest || namingField(manifest.content) !== field) return false;
      // A vendor without a list has not been asked about it yet.
      return state !== null || manifest.vendorTemplates !== "named";
    });
    return judgeReview(code, concerned, pointerTo(field));
  };
}
