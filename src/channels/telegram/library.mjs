// What `#lib/telegram` stands for: the library, and of its inner parts what its front door does not show: the public keys
// of the servers it trusts (the sandbox and Telegram's test servers have others), and the modules whose arithmetic the
// platform does better, those that take apart what the server sends, and the layer's schema.
import helpers from 'telegram/Helpers.js';
import ige from 'telegram/crypto/IGE.js';
import { MtpDispatcher } from 'telegram/network/MtpDispatcher.js';
import { RequestState } from 'telegram/network/RequestState.js';
import { GZIPPacked } from 'telegram/tl/core/GZIPPacked.js';
import { MessageContainer } from 'telegram/tl/core/MessageContainer.js';
import { RPCResult } from 'telegram/tl/core/RPCResult.js';
import { TLMessage } from 'telegram/tl/core/TLMessage.js';
import definitions from 'telegram/tl/generated/api-definitions.js';
import { createApiFromDefinitions } from 'telegram/tl/runtime/createApi.js';
import { tlobjects } from 'telegram/tl/runtime/registry.js';

export * from 'telegram';
export { _serverKeys as serverKeys } from 'telegram/crypto/RSA.js';
export { AuthKey } from 'telegram/crypto/AuthKey.js';
export { definitions };
export const arithmetic = { helpers, ige, GZIPPacked };
export const packets = { MessageContainer, MtpDispatcher, RequestState, RPCResult, TLMessage };
export const constructors = { createApiFromDefinitions, tlobjects };
