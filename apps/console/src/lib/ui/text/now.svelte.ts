import { createSubscriber } from "svelte/reactivity";

const TICK_MS = 30_000;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, TICK_MS);
  return () => clearInterval(timer);
});

/** The time now. Whatever reads it is drawn again twice a minute; one timer serves the whole page. */
export function now(): number {
  subscribe();
  return Date.now();
}
