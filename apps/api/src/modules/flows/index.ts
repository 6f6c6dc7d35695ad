export { createFallbackLoop } from "./fallback.ts";
export { wakeFlows } from "./flow.repository.ts";
export { FLOW_STATES } from "./flow.rules.ts";
export {
  type ChannelScript,
  SIMULATION_EVENTS,
  type SimulatedClock,
  type Simulation,
  simulateFlow,
} from "./simulation.rules.ts";
