import type { Problem } from "#lib/api/problem.ts";

declare global {
  namespace App {
    interface Error {
      message: string;
      /** What the API answered, where the error came from there. */
      problem?: Problem;
    }
    interface PageData {
      /** Heading of the page and first part of the document's title. */
      title?: string;
    }
  }
}
