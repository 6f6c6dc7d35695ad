/** What an icon may hold: shapes and colours. It is shown in the console, so nothing in it may run or be fetched. */
const ELEMENTS =
  /^(svg|g|path|circle|ellipse|rect|line|polyline|polygon|defs|linearGradient|radialGradient|stop|clipPath|mask|title)$/;
const FORBIDDEN = /<!|<\?|\son\w+\s*=|\bhref\b|javascript:|@import|url\(\s*['"]?(?!#)/i;

/** What is wrong with an icon, in sentences; nothing where there is none. */
export function findIconFaults(svg: string | undefined): string[] {
  if (svg === undefined) return [];
  if (!svg.trimStart().startsWith("<svg")) return ["icon.svg does not begin with <svg"];
  const names = [...svg.matchAll(/<\/?\s*([^\s/>]*)/g)].map(([, name = ""]) => name);
  const foreign = [...new Set(names.filter((name) => !ELEMENTS.test(name)))].slice(0, 5);
  return [
    ...foreign.map((name) => `icon.svg has an element <${name}>, which no icon needs`),
    ...(FORBIDDEN.test(svg)
      ? ["icon.svg has handlers, references or declarations; only shapes are allowed"]
      : []),
  ];
}
