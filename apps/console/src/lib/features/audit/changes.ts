/** One field of what was changed, as it was and as it is. Absent: there was none. */
export interface Change {
  path: string;
  before?: string;
  after?: string;
  changed: boolean;
}

/** Lays the records before and after side by side, field by field: what differs first, in the order as written. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const was = flatten(before);
  const is = flatten(after);
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((path) => ({
      path,
      before: was.get(path),
      after: is.get(path),
      changed: was.get(path) !== is.get(path),
    }))
    .sort((a, b) => Number(b.changed) - Number(a.changed));
}

/** `renderings.sms.text` → its value as text. Lists of plain values stay one line. */
function flatten(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) return found;
  if (typeof value !== "object") return found.set(path, String(value));
  const entries = Object.entries(value);
  const isPlainList = Array.isArray(value) && value.every((item) => typeof item !== "object");
  // An empty list says no more than an absent one.
  if (isPlainList) return value.length > 0 ? found.set(path, value.join(", ")) : found;
  for (const [key, item] of entries) flatten(item, path ? `${path}.${key}` : key, found);
  return found;
}
