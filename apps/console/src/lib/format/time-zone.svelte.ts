let current = $state(Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The zone in which times are shown: the tenant's, and the browser's before anyone has signed in. */
export function timeZone(): string {
  return current;
}

/** Set once after signing in. */
export function setTimeZone(zone: string): void {
  current = zone;
}
