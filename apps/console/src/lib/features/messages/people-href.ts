export interface PeopleFilter {
  /** Any of these states. */
  states?: readonly string[];
  engagement?: "read" | "clicked";
  channel?: string;
  step?: number;
  reason?: string;
  /** Only what was wasted. */
  wasted?: "yes";
}

/** The list of deliveries on the message page, narrowed to those behind a number. */
export function peopleHref({ states, ...filter }: PeopleFilter): string {
  const params = new URLSearchParams(states ? { state: states.join(",") } : {});
  for (const [name, value] of Object.entries(filter))
    if (value !== undefined) params.set(name, String(value));
  return `?${params}#people`;
}
