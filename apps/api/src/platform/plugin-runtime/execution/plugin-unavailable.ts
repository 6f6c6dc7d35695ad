import { FAILED, type Obstacle } from "./obstacles.ts";

/** A plugin's function was not run, and not for anything that is wrong with the call: to try again later is right. */
export class PluginUnavailable extends Error {
  override readonly name = "PluginUnavailable";
  readonly obstacle: Obstacle;

  constructor(obstacle: Obstacle) {
    super(obstacle.detail);
    this.obstacle = obstacle;
  }
}

/** What a caller is told of an error that ended a plugin's work. */
export const obstacleOf = (error: unknown): Obstacle =>
  error instanceof PluginUnavailable ? error.obstacle : FAILED;
