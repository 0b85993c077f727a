import type { Handler, HandlerTable } from '../core/call';
import type { Outgoing } from '../codec/wire';
import { Refusal } from '../refusal';

/**
 * Requests whose subject this sandbox does not have (calls, stories, stickers, banners, complaints, mini apps):
 * empty but well-formed answers, and no guessing.
 */
const answers: Readonly<Record<number, Outgoing>> = {
	2: null,
	26: { sections: [] },
	27: { sections: [], sync: 0 },
	28: { items: [] },
	29: {},
	31: {},
	38: { contacts: [] },
	42: {},
	44: { contacts: [] },
	45: { contacts: [] },
	62: { chats: [] },
	72: {},
	76: {},
	78: {},
	79: { history: [], hasMore: false },
	81: {},
	84: {},
	90: {},
	91: { commentsInfoUpdates: [] },
	100: {},
	101: {},
	102: {},
	103: { calls: [] },
	105: {},
	106: {},
	117: {},
	119: {},
	124: {},
	125: {},
	126: {},
	127: { messages: [] },
	144: { commands: [] },
	145: { commands: [] },
	158: { token: '' },
	160: { url: '', queryId: '' },
	161: {},
	162: { reasons: [] },
	163: { history: [], hasMore: false },
	164: {},
	166: {},
	167: {},
	193: {},
	194: { stickers: [] },
	195: { members: [] },
	197: { count: 0 },
	201: {},
	208: { stories: [] },
	209: { stories: [] },
	210: { stories: [] },
	211: {},
	212: {},
	213: {},
	214: {},
	215: {},
	217: {},
	218: {},
	220: { stories: [] },
	256: { organizations: [] },
	259: {},
	260: {},
	261: {},
	263: {},
	300: { chats: [] },
	302: { banners: [] },
	303: null,
	307: {},
};

/** Ending an account is nothing a test should do by accident; choice: forbidden. */
const forbidden: Handler = () => {
	throw new Refusal('FAIL_FORBIDDEN');
};

/** DRAFT_SAVE and DRAFT_DISCARD: taken and forgotten; without its time the second was refused live. */
const draft: Handler = ({ opcode, body }) => {
	body.int('chatId');
	if (opcode === 177) body.number('time');
	return {};
};

export const emptyHandlers: HandlerTable = {
	...Object.fromEntries(Object.entries(answers).map(([opcode, answer]) => [opcode, () => answer])),
	116: forbidden,
	176: draft,
	177: draft,
	199: forbidden,
	200: forbidden,
};
