/** Why a message cannot be sent at all. */
export interface Fault {
  code: string;
  detail: string;
}

export const isFault = (value: object): value is Fault => "detail" in value;
