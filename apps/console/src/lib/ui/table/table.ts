import type { Snippet } from "svelte";

export type Column<Row> = {
  /** Name of the column; also what `sort` says when it is sortable. */
  key: string;
  header: string;
  /** Numbers stand at the end, under each other. */
  align?: "start" | "end";
  sortable?: boolean;
  /** Columns that a narrow screen can do without. */
  hideBelow?: "sm" | "md" | "lg";
} & (
  | { text: (row: Row) => string | number | undefined }
  /** For anything richer than text. */
  | { cell: Snippet<[Row]> }
);

/** What a table shows: the rows and how the loading of them goes. `CursorList` is one. */
export interface TableSource<Row> {
  readonly items: Row[];
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  loadMore(): void;
  retry(): void;
}

/** Rows that are all here already. */
export function rowsSource<Row>(items: Row[]): TableSource<Row> {
  return {
    items,
    status: "ready",
    error: undefined,
    hasMore: false,
    loadingMore: false,
    loadMore() {},
    retry() {},
  };
}

export const columnClass = (column: { align?: "start" | "end"; hideBelow?: "sm" | "md" | "lg" }) => [
  column.align === "end" ? "text-right" : "text-left",
  column.hideBelow === "sm" && "max-sm:hidden",
  column.hideBelow === "md" && "max-md:hidden",
  column.hideBelow === "lg" && "max-lg:hidden",
];
