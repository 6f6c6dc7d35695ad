import { m } from "#messages";
import type { Option } from "../../ui/form/option.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** How long a message may go on being sent, in the steps that somebody thinks in. */
export const ttlOptions = (): Option[] => [
  { value: String(HOUR / 6), label: m.compose_ttl_minutes({ count: 10 }) },
  ...[1, 6].map((count) => ({ value: String(count * HOUR), label: m.compose_ttl_hours({ count }) })),
  ...[1, 3, 10].map((count) => ({ value: String(count * DAY), label: m.compose_ttl_days({ count }) })),
];

export const ttlText = (ttlSeconds: string): string =>
  ttlOptions().find(({ value }) => value === ttlSeconds)?.label ?? m.compose_ttl_none();
