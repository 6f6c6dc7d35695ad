const VARIABLE = /\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;

/** The text with the values that are the same for everybody; what comes from each user stays `{{user_name}}`. */
export function filledText(text: string, variables: Record<string, string | number>): string {
  return text.replace(VARIABLE, (whole, name: string) =>
    Object.hasOwn(variables, name) && variables[name] !== "" ? String(variables[name]) : whole,
  );
}
