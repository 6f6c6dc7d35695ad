/** For how long the processor's time is counted, at least, ms. */
const SPAN_MS = 100;
/** A process that takes more of a core leaves what others could do to them: its event loop cannot take two. */
const BUSY_SHARE = 0.75;

/** Says whether this process has time for more, by how much of a core it took in the last tenth of a second. */
export function createSpareTime(): () => boolean {
  let since = performance.now();
  let used = process.cpuUsage();
  let isBusy = false;
  return () => {
    const spanMs = performance.now() - since;
    if (spanMs >= SPAN_MS) {
      const { user, system } = process.cpuUsage(used);
      isBusy = (user + system) / 1000 / spanMs > BUSY_SHARE;
      since = performance.now();
      used = process.cpuUsage();
    }
    return !isBusy;
  };
}
