/**
 * Connects to a Holdfast server: its address, how it proves itself, and who calls.
 *
 * The messages and clients themselves are generated from the server's own definitions; `config`, `holdfast`, `trust` and `stategate` are
 * their modules.
 */
export { ClientSet, callOnce, live, type Options } from "./clients.js";
export * as config from "./gen/config/v1/config.js";
export * as holdfast from "./gen/holdfast/v1/holdfast.js";
export * as trust from "./gen/holdfast/v1/trust.js";
export * as stategate from "./gen/stategate/schema.js";
