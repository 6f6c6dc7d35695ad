import { timeZone } from "../format/time-zone.svelte.ts";

/** Days of the tenant's calendar, `2026-11-23`, both included. */
export interface Period {
  from: string;
  to: string;
}

/** Longest period that the API counts. */
export const MAX_DAYS = 92;

const MS_PER_DAY = 86_400_000;

/** The tenant's day now. Swedish writes dates as ISO 8601 does. */
export function today(now = new Date(), zone = timeZone()): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(now);
}

/** So many days up to and including `to`. */
export function lastDays(count: number, to = today()): Period {
  return { from: addDays(to, 1 - count), to };
}

export function addDays(day: string, count: number): string {
  return new Date(asTime(day) + count * MS_PER_DAY).toISOString().slice(0, 10);
}

export function countDays({ from, to }: Period): number {
  return (asTime(to) - asTime(from)) / MS_PER_DAY + 1;
}

/** A day of the calendar as an instant that reads as that day in UTC. */
export const asTime = (day: string): number => Date.parse(`${day}T00:00:00Z`);
