/** Whether an HTTP status is in a list such as `200-299, 304`. */
export function isStatusIn(list: string, status: number): boolean {
  return list.split(",").some((entry) => {
    const [first = "", last = first] = entry.trim().split("-");
    return first !== "" && status >= Number(first) && status <= Number(last);
  });
}
