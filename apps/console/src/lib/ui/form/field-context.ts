import { createContext } from "svelte";

/** What a form tells the fields inside it. */
export interface FieldContext {
  /** The message to show at the field of this name. */
  errorOf(name: string): string | undefined;
  /** Makes the field known to the error summary; returns what takes it back. */
  register(name: string, field: { id: string; label: () => string }): () => void;
}

/** Attributes that tie a control to its label, help and error: spread them on the control. */
export interface ControlAttributes {
  id: string;
  name: string;
  "aria-describedby"?: string;
  "aria-invalid"?: "true";
  "aria-required"?: "true";
}

const [get, set] = createContext<FieldContext>();

export const setFieldContext = set;

/** Fields also stand alone, for example in a filter. */
export function findFieldContext(): FieldContext | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
