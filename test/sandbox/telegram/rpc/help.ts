import type { TlObject } from '../tl/value';
import type { Call, HandlerTable } from './call';

function config({ world, dcId }: Call): TlObject {
	const now = world.serverSeconds();
	return {
		_: 'config',
		date: now,
		expires: now + 3600,
		test_mode: false,
		this_dc: dcId,
		dc_options: world.dcs.map(({ id, host, port }) => ({
			_: 'dcOption',
			static: true,
			this_port_only: true,
			id,
			ip_address: host,
			port,
		})),
		dc_txt_domain_name: 'apv3.stel.com',
		chat_size_max: 200,
		megagroup_size_max: 200_000,
		forwarded_count_max: 100,
		online_update_period_ms: 210_000,
		offline_blur_timeout_ms: 5000,
		offline_idle_timeout_ms: 30_000,
		online_cloud_timeout_ms: 300_000,
		notify_cloud_delay_ms: 30_000,
		notify_default_delay_ms: 1500,
		push_chat_period_ms: 60_000,
		push_chat_limit: 2,
		edit_time_limit: 172_800,
		revoke_time_limit: 2147483647,
		revoke_pm_time_limit: 2147483647,
		rating_e_decay: 2_419_200,
		stickers_recent_limit: 200,
		channels_read_media_period: 604_800,
		call_receive_timeout_ms: 20_000,
		call_ring_timeout_ms: 90_000,
		call_connect_timeout_ms: 30_000,
		call_packet_timeout_ms: 10_000,
		me_url_prefix: 'https://t.me/',
		caption_length_max: 1024,
		message_length_max: 4096,
		webfile_dc_id: world.dcs[0]?.id ?? 1,
		// Layer 144 still wants these.
		saved_gifs_limit: 200,
		stickers_faved_limit: 5,
		pinned_dialogs_count_max: 5,
		pinned_infolder_count_max: 100,
	};
}

export const helpHandlers: HandlerTable = {
	'help.getConfig': config,
	'help.getNearestDc': ({ dcId }) => ({ _: 'nearestDc', country: 'DE', this_dc: dcId, nearest_dc: dcId }),
	'help.getAppConfig': () => ({
		_: 'help.appConfig',
		hash: 1,
		config: {
			_: 'jsonObject',
			value: [
				{
					_: 'jsonObjectValue',
					key: 'caption_length_limit_premium',
					value: { _: 'jsonNumber', value: 4096 },
				},
				{ _: 'jsonObjectValue', key: 'reactions_user_max_default', value: { _: 'jsonNumber', value: 1 } },
			],
		},
	}),
	'help.getInviteText': () => ({ _: 'help.inviteText', message: 'Join the sandbox' }),
	'help.getCdnConfig': () => ({ _: 'cdnConfig', public_keys: [] }),
	'help.getSupport': ({ me }) => ({
		_: 'help.support',
		phone_number: '42777',
		user: { _: 'userEmpty', id: me.id },
	}),
	'help.getTermsOfServiceUpdate': ({ world }) => ({
		_: 'help.termsOfServiceUpdateEmpty',
		expires: world.serverSeconds() + 86_400,
	}),
};
