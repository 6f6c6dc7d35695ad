import { type Fault, fault, within } from "../faults/index.ts";

/** What an icon may hold: shapes and colours. It is shown in the console, so nothing in it may run or be fetched. */
const ELEMENTS =
  /^(svg|g|path|circle|ellipse|rect|line|polyline|polygon|defs|linearGradient|radialGradient|stop|clipPath|mask|title)$/;
const FORBIDDEN = /<!|<\?|\son\w+\s*=|\bhref\b|javascript:|@import|url\(\s*['"]?(?!#)/i;

const inIcon = within("in_file", { path: "icon.svg" });

/** What is wrong with an icon; nothing where there is none. */
export function findIconFaults(svg: string | undefined): Fault[] {
  if (svg === undefined) return [];
  if (!svg.trimStart().startsWith("<svg")) return [inIcon(fault("icon_no_svg"))];
  const names = [...svg.matchAll(/<\/?\s*([^\s/>]*)/g)].map(([, name = ""]) => name);
  const foreign = [...new Set(names.filter((name) => !ELEMENTS.test(name)))].slice(0, 5);
  return [
    ...foreign.map((name) => fault("icon_element", { name })),
    ...(FORBIDDEN.test(svg) ? [fault("icon_active")] : []),
  ].map(inIcon);
}
