/*
 * One server for all sections: a section is a file of its own, and adds its scenarios by being imported here.
 */
import "./stage.ts";
import "./sections/trigger.ts";
import "./sections/idempotency.ts";
import "./sections/fallback.ts";
import "./sections/frequency.ts";
import "./sections/time.ts";
import "./sections/receipts.ts";
import "./sections/tracking.ts";
import "./sections/callbacks.ts";
import "./sections/crash.ts";
