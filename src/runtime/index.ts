/**
 * The only room that touches clock, timers, process, globalThis and random. Level 0, imported by everybody, knows only
 * the contract's interfaces.
 */
export { abortable } from './abortable';
export { backoffMs, type BackoffOptions } from './backoff';
export { BoundedMap } from './bounded-map';
export { nextTurn, sleepWith, systemClock } from './clock';
export { mapConcurrently } from './concurrent';
export { correlated, correlatingLogger, correlation, uncorrelated } from './correlation';
export {
	dataFolder,
	environmentValue,
	processAlive,
	processName,
	processRole,
	type ProcessRole,
} from './environment';
export { installedIn } from './installed';
export { KeyedQueue } from './keyed-queue';
export {
	exposition,
	hostLibrary,
	MetricRegistry,
	metricsSettings,
	publishMetrics,
	registerWithHost,
	serveMetrics,
	type Family,
	type HostLibrary,
	type MetricsServer,
	type MetricsSettings,
} from './metrics';
export { packageVersion } from './package-version';
export { redactingLogger, showsDebug, silentLogger } from './logger';
export { providerRequest, type ProviderRequest } from './provider-request';
export { systemRandom } from './random';
export { RecentSet } from './recent-set';
export { redact, redactText } from './redact';
export { Scope } from './scope';
export { sharedSlot } from './shared-slot';
export { onShutdown } from './shutdown';
export { processTerminal, type Terminal } from './terminal';
export { continuingTrace, hostModule, traced, traceparent, type SpanKind } from './tracing';
