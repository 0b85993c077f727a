import { delimiter } from 'node:path';

/** The facts an n8n of the tests is started with. */
export interface N8nAddress {
	/** n8n keeps its data in `.n8n` below this folder. */
	readonly userFolder: string;
	readonly host: string;
	readonly port: number;
	readonly brokerPort: number;
}

/**
 * Everything n8n asks of servers outside is off: telemetry, version and package lists, templates, licence renewal,
 * front-end hooks. Community packages stay on: they are what is tested.
 */
const nothingLeavesTheMachine = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
	N8N_DISABLED_MODULES: 'mcp-registry,mcp,instance-ai,agents,chat-hub,insights',
	EXTERNAL_FRONTEND_HOOKS_URLS: '',
};

/** What n8n needs of the surrounding environment; the rest (proxies, other N8N_ settings, Vitest's own) stays out. */
const passedOn = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'];

/** n8n's environment for a headless, silent instance on SQLite. */
export function n8nEnvironment(
	{ userFolder, host, port, brokerPort }: N8nAddress,
	nodeFolder: string,
): Record<string, string> {
	const inherited = Object.fromEntries(
		passedOn.flatMap((name) => {
			const value = process.env[name];
			return value === undefined ? [] : [[name, value]];
		}),
	);
	return {
		...inherited,
		// n8n starts its code runner with the `node` it finds first.
		PATH: [nodeFolder, inherited['PATH']].filter(Boolean).join(delimiter),
		...nothingLeavesTheMachine,
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: host,
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_SECURE_COOKIE: 'false',
		N8N_LOG_LEVEL: 'info',
		NO_COLOR: '1',
	};
}
