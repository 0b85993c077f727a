/** Every request the sandbox answers. */
import type { HandlerTable } from '../core/call';
import { authHandlers } from './auth';
import { historyHandlers } from './history';
import { mediaHandlers } from './media';
import { messageHandlers } from './messages';
import { reactionHandlers } from './reactions';
import { sessionHandlers } from './session';

export const handlers: HandlerTable = {
	...sessionHandlers,
	...authHandlers,
	...historyHandlers,
	...messageHandlers,
	...reactionHandlers,
	...mediaHandlers,
};
