import { m } from "#messages";
import { formatDuration } from "../format/durations.ts";

interface Excluding {
  allowList: { name: string } | null;
  denyList: { name: string } | null;
  deduplicateSeconds: number | null;
}

/** Whom a message leaves out, one sentence for each way; empty for nobody. */
export function exclusionTexts({ allowList, denyList, deduplicateSeconds }: Excluding): string[] {
  return [
    ...(allowList ? [m.compose_exclusion_allow({ name: allowList.name })] : []),
    ...(denyList ? [m.compose_exclusion_deny({ name: denyList.name })] : []),
    ...(deduplicateSeconds
      ? [m.compose_exclusion_deduplicate({ duration: formatDuration(deduplicateSeconds) })]
      : []),
  ];
}
