/** What both sides of row `batch` send: about 330 characters, two variables of the user and three of the request. */
export const NOTICE = {
  title: "Your order {{order}}",
  text: [
    "Hi {{user_name}} from {{user_city}}, your order {{order}} was shipped with {{carrier}} and arrives {{eta}}.",
    "The total is 129.90 EUR. Track it at any time under https://shop.example/orders. If you have questions,",
    "answer this message or call +49 30 1234567. Thank you for shopping with us; we hope to see you again soon.",
  ].join(" "),
};

export const NOTICE_VARIABLES = { order: "SO-2026-000123", carrier: "DHL", eta: "Friday" };

/** The user with this number, counted from 1; the seeding statement makes the same ones. */
export function recipient(number: number) {
  const id = userId(number);
  return { id, address: `${id}@inbox.example`, name: `User ${number}`, city: `City ${number % 100}` };
}

export const userId = (number: number) => `user-${String(number).padStart(7, "0")}`;
