import { z } from "../../platform/http/index.ts";
import { AMOUNT, formatAmount, isCurrency, type Money as MoneyValue, parseAmount } from "./money.rules.ts";

const currency = z.string().length(3).openapi({ description: "ISO 4217", example: "CNY" });

/** An amount as it is answered. */
export const Money = z
  .object({
    amount: z.string().openapi({ description: "A decimal number, exact.", example: "12.50" }),
    currency,
  })
  .openapi("Money");

/** An amount as it is asked for, at most so many units of its currency. */
export const moneyUpTo = (maxUnits: number) =>
  z.strictObject({
    amount: z
      .string()
      .max(14)
      .regex(AMOUNT, "Use a decimal number with at most four decimals, like 0.045.")
      .refine((text) => Number(text) <= maxUnits, `At most ${maxUnits}.`)
      .openapi({
        description: `A decimal number with at most four decimals, at most ${maxUnits}.`,
        example: "0.045",
      }),
    currency: currency.refine(isCurrency, "Use the code of a currency, like CNY."),
  });

export const toMoney = ({ amount, currency: code }: MoneyValue): z.infer<typeof Money> => ({
  amount: formatAmount(amount),
  currency: code,
});

/** What somebody asks for: checked, and not yet read. */
export type AskedMoney = z.infer<typeof Money>;

export const readMoney = ({ amount, currency: code }: AskedMoney): MoneyValue => ({
  amount: parseAmount(amount),
  currency: code,
});
