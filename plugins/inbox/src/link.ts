/** Whether a browser may be led there: over the web, or to a path of the site that shows the entry. */
export function isLink(text: string): boolean {
  if (text.startsWith("/")) return /^\/(?![/\\])[^\\\s]*$/.test(text);
  if (!/^https?:\/\//i.test(text)) return false;
  return URL.canParse(text);
}
