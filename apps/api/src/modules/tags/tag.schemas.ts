import { fields, z } from "../../platform/http/index.ts";
import type { CountedTag } from "./tag.repository.ts";

export const TagBody = z.strictObject({ name: fields.line(50) }).openapi("SaveTag");
export const TagParam = z.object({ tagId: fields.id("tag") });

export const Tag = z
  .object({
    id: fields.id("tag"),
    name: z.string(),
    userCount: z.int().openapi({ description: "How many users carry the tag." }),
    createdAt: fields.moment,
  })
  .openapi("Tag");

export const TagPage = fields.pageOf(Tag).openapi("TagPage");

export function toTag(row: CountedTag): z.infer<typeof Tag> {
  return { id: row.id, name: row.name, userCount: row.userCount, createdAt: row.createdAt.toISOString() };
}
