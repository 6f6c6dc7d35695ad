type Child = Node | string | undefined | false;

/** Makes an element; texts become text nodes, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | undefined | false> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

/** A button that keeps the focus over redrawing, by its key. */
export function button(
  text: string,
  onclick: () => void,
  attributes: Record<string, string | undefined | false> & { "data-key": string },
): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", onclick);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function bellIcon(): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "2",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  })) {
    svg.setAttribute(name, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M6 9a6 6 0 1 1 12 0c0 5 2 6 2 8H4c0-2 2-3 2-8M10 20a2.2 2.2 0 0 0 4 0");
  svg.append(path);
  return svg;
}
