/** A chunk and the rows of its range, in order. */
export interface ChunkShare<Work, Row> {
  work: Work;
  rows: Row[];
}

/**
 * The rows of each chunk; both are in the order of the deliveries. Rows of other chunks are left out: they are being sent
 * by whoever has begun those.
 */
export function shareOut<
  Work extends { firstId: string; lastId: string },
  Row extends readonly [id: string, ...rest: unknown[]],
>(works: readonly Work[], rows: readonly Row[]): ChunkShare<Work, Row>[] {
  let next = 0;
  const pass = (isBefore: (id: bigint) => boolean) => {
    for (let row = rows[next]; row && isBefore(BigInt(row[0])); row = rows[next]) next++;
    return next;
  };
  return works.map((work) => {
    const [firstId, lastId] = [BigInt(work.firstId), BigInt(work.lastId)];
    const start = pass((id) => id < firstId);
    return {
      work,
      rows: rows.slice(
        start,
        pass((id) => id <= lastId),
      ),
    };
  });
}
