/** One choice of a select, radio group or combobox. */
export interface Option {
  value: string;
  label: string;
  /** A second line: what choosing it means. */
  description?: string;
  disabled?: boolean;
}
