const RealDate = Date;
let offsetMs = 0;

/** The wall clock of this process, which can be told to jump. Timers and `performance.now()` go on as they were. */
class JumpingDate extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [JumpingDate.now()] : given) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

export function installJumpingClock(): (jumpMs: number) => void {
  globalThis.Date = JumpingDate as DateConstructor;
  return (jumpMs) => {
    offsetMs = jumpMs;
  };
}
