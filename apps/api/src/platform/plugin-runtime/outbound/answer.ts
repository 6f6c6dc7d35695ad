/** What came back for one request: an answer, or an error of the transport. */
export type Answer =
  | { status: number; headers: Record<string, string>; body: string }
  | { error: "not_sent" | "blocked" | "ambiguous"; detail: string };
