import { NOTICE, NOTICE_VARIABLES, type recipient } from "../notice.ts";

/** The notice for one recipient, rendered the way a script would. */
export function fillNotice({ name, city }: ReturnType<typeof recipient>): { title: string; text: string } {
  const values: Record<string, string> = { ...NOTICE_VARIABLES, user_name: name, user_city: city };
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? "");
  return { title: fill(NOTICE.title), text: fill(NOTICE.text) };
}
