import { authHandlers } from './auth';
import { authorizationHandlers } from './authorizations';
import type { HandlerTable } from './call';
import { chatHandlers } from './chats';
import { contactHandlers } from './contacts';
import { dialogHandlers } from './dialogs';
import { editHandlers } from './edit';
import { helpHandlers } from './help';
import { historyHandlers } from './history';
import { inviteHandlers } from './invites';
import { memberHandlers } from './members';
import { profileHandlers } from './profile';
import { sendHandlers } from './send';
import { topicHandlers } from './topics';
import { updateHandlers } from './updates';
import { userHandlers } from './users';

/** Every method this Telegram knows; others answer METHOD_INVALID and are listed. */
export const handlers: HandlerTable = {
	...helpHandlers,
	...authHandlers,
	...authorizationHandlers,
	...updateHandlers,
	...userHandlers,
	...dialogHandlers,
	...historyHandlers,
	...sendHandlers,
	...editHandlers,
	...contactHandlers,
	...chatHandlers,
	...memberHandlers,
	...inviteHandlers,
	...topicHandlers,
	...profileHandlers,
};
