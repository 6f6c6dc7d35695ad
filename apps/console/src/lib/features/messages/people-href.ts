/** The list of people on the message page, narrowed to those behind a number. */
export function peopleHref(filter: { state?: string; channel?: string; step?: number }): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filter))
    if (value !== undefined) params.set(name, String(value));
  return `?${params}#people`;
}
