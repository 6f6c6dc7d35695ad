/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A text in the console's languages; Chinese is the first language. */
export interface LocalizedText {
  zh: string;
  en: string;
}

/** A JSON Schema (2020-12), as far as manifests use it. */
export interface JsonSchema {
  type?: string | string[];
  default?: Json;
  enum?: Json[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  additionalProperties?: boolean;
}
