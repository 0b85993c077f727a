// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- the package's types show none of the inner parts used here
// @ts-nocheck
// The original package `telegram` 2.26.22 in the shape of its successor, so that the seam works with either: what
// `library.mjs` is for the one that is shipped. Here is only what the two do differently; tests run the seam on both. To
// build with it, let `#lib/telegram` in package.json stand for this file and have the package as `telegram-original`.
import * as original from 'telegram-original';
import { AuthKey } from 'telegram-original/crypto/AuthKey.js';
import { MTProtoSender } from 'telegram-original/network/MTProtoSender.js';
import { ConnectionTCPFull } from 'telegram-original/network/connection/TCPFull.js';
import { RequestState } from 'telegram-original/network/RequestState.js';
import helpers from 'telegram-original/Helpers.js';
import ige from 'telegram-original/crypto/IGE.js';
import { GZIPPacked } from 'telegram-original/tl/core/GZIPPacked.js';
import { MessageContainer } from 'telegram-original/tl/core/MessageContainer.js';
import { RPCResult } from 'telegram-original/tl/core/RPCResult.js';
import { TLMessage } from 'telegram-original/tl/core/TLMessage.js';
import errors from 'telegram-original/errors/index.js';
import updates from 'telegram-original/client/updates.js';
import { LAYER } from 'telegram-original/tl/AllTLObjects.js';
import schema from 'telegram-original/tl/apiTl.js';
import { parseTl } from 'telegram-original/tl/generationHelpers.js';

export * from 'telegram-original';
export { _serverKeys as serverKeys } from 'telegram-original/crypto/RSA.js';
export { AuthKey };

export const definitions = [...parseTl(schema, LAYER)];
export const arithmetic = { helpers, ige, GZIPPacked };
/** Of an older layer itself, it is asked in that layer. */
export const constructors = undefined;
export const packets = { MessageContainer, RequestState, RPCResult, TLMessage };

export const tl = { ...original.tl, LAYER };

const { Api } = original;

/** It asks whether a level may be printed, and then prints past its own `log`. Here everything goes to `log`. */
export class Logger extends original.Logger {
	canSend() {
		return false;
	}

	_log(level, message, color) {
		this.log(level, message, color);
	}
}

/** Its update handling keeps no order and drops numbers: whole objects go to whoever stands where the manager stood. */
updates._handleUpdate = (client, update) => {
	if (typeof update === 'object') client.updateManager?.onUpdates(update);
};

/** Where it has a sentence of its own for an error, the name is gone. */
const { RPCMessageToError: toError } = errors;
errors.RPCMessageToError = (told, request) =>
	Object.assign(toError(told, request), { errorMessage: told.errorMessage });

/** An error, told to its caller already, and an answer that came twice ended the reading of the container they came in. */
const { _handleRPCResult: handleResult, send } = MTProtoSender.prototype;
MTProtoSender.prototype._handleRPCResult = function (message) {
	if (this._pendingState.get(message.obj.reqMsgId) === undefined) return;
	try {
		return handleResult.call(this, message);
	} catch (error) {
		if (error.errorMessage === undefined) throw error;
	}
};

/** One key in 256 begins with a zero byte; it is cut off where the number is made bytes, and the exchange then fails. */
const { setKey } = AuthKey.prototype;
AuthKey.prototype.setKey = function (value) {
	const short = Buffer.isBuffer(value) && value.length > 0 && value.length < 256;
	return setKey.call(this, short ? Buffer.concat([Buffer.alloc(256 - value.length), value]) : value);
};

/** Introduces the connection again where the seam has found that the server has forgotten it. */
MTProtoSender.prototype.send = function (request) {
	if (this._needsInitConnection !== true) return send.call(this, request);
	this._needsInitConnection = false;
	return send.call(this, this._client.introducing(request));
};

export class TelegramClient extends original.TelegramClient {
	constructor(session, apiId, apiHash, options) {
		/** It connects to port 80 whatever the session says. */
		class HomePort extends ConnectionTCPFull {
			constructor(given) {
				super(given.dcId === session.dcId ? { ...given, port: session.port } : given);
			}
		}
		super(session, apiId, apiHash, { ...options, connection: HomePort });
		this._errorHandler = () => undefined;
	}

	introducing(query) {
		this._initRequest.query = query;
		return new Api.InvokeWithLayer({ layer: LAYER, query: this._initRequest });
	}

	/** It answers `false` where there is no connection, and then every request waits for ever. */
	async connect() {
		if (await super.connect()) return true;
		throw new Error('no connection');
	}

	/** It takes port 443 for every data centre, and of its addresses the first, whatever that one is for. */
	async getDC(dcId) {
		this._config ??= await this.invoke(new Api.help.GetConfig());
		const found = this._config.dcOptions.find(
			({ id, ipv6, cdn, mediaOnly, tcpoOnly }) =>
				id === dcId && Boolean(ipv6) === this._useIPV6 && !cdn && !mediaOnly && !tcpoOnly,
		);
		if (found === undefined) throw new Error(`no data centre ${String(dcId)}`);
		return { id: found.id, ipAddress: found.ipAddress, port: found.port };
	}

	/** Called after every attempt, also the last one, after which it is dead without a word. */
	async _handleReconnect() {
		const sender = this._sender;
		if (!sender.isConnected()) return void sender._updateCallback?.(this, { state: 0 });
		// A new MTProto session gets no updates before its first request.
		await sender.send(new Api.updates.GetState()).catch(() => undefined);
	}

	/** A connection to another data centre is kept whatever was said on it. */
	_forgetSender(dcId) {
		const made = this._exportedSenderPromises.get(dcId);
		this._exportedSenderPromises.delete(dcId);
		this.session.setAuthKey(undefined, dcId);
		made?.then((sender) => sender.disconnect()).catch(() => undefined);
	}

	async _leaseSender(dcId) {
		return { sender: await this._borrowExportedSender(dcId), release: () => undefined };
	}

	/** It forgets timers and the connections to other data centres: it walks maps as if they were objects. */
	async destroy() {
		for (const timer of this._exportedSenderReleaseTimeouts.values()) clearTimeout(timer);
		const ended = [...this._exportedSenderPromises.values()].map((made) =>
			made.then((sender) => sender.disconnect()).catch(() => undefined),
		);
		this._exportedSenderReleaseTimeouts.clear();
		this._exportedSenderPromises.clear();
		await Promise.all([super.destroy(), ...ended]);
	}
}
