/** Every request the sandbox answers. */
import type { HandlerTable } from '../core/call';
import { authHandlers } from './auth';
import { chatHandlers } from './chats';
import { contactHandlers } from './contacts';
import { emptyHandlers } from './empty';
import { folderHandlers } from './folders';
import { historyHandlers } from './history';
import { mediaHandlers } from './media';
import { memberHandlers } from './members';
import { messageHandlers } from './messages';
import { passwordHandlers } from './password';
import { pollHandlers } from './polls';
import { profileHandlers } from './profile';
import { reactionHandlers } from './reactions';
import { searchHandlers } from './search';
import { sendHandlers } from './send';
import { sessionHandlers } from './session';

export const handlers: HandlerTable = {
	...emptyHandlers,
	...sessionHandlers,
	...authHandlers,
	...historyHandlers,
	...sendHandlers,
	...messageHandlers,
	...reactionHandlers,
	...mediaHandlers,
	...chatHandlers,
	...memberHandlers,
	...contactHandlers,
	...profileHandlers,
	...folderHandlers,
	...passwordHandlers,
	...searchHandlers,
	...pollHandlers,
};
