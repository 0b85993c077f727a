import { library } from './library';

/** The library's reader of TL, as far as it is used here. */
interface Reader {
	readInt(): number;
	readLong(): unknown;
	tellPosition(): number;
	setPosition(position: number): void;
	tgReadObject(): unknown;
}

interface Result {
	reqMsgId: unknown;
	body?: Buffer;
}

interface Packets {
	MessageContainer: { new (messages: unknown[]): object; fromReader(reader: Reader): Promise<object> };
	TLMessage: new (id: unknown, seqno: number, object: unknown) => object;
	RPCResult: {
		new (reqMsgId: unknown, body: undefined, error: unknown): Result;
		fromReader(reader: Reader): Promise<Result>;
	};
	RequestState: { prototype: { promise?: Promise<unknown>; resetPromise(): void } };
	/** of teleproto; what the original has instead is changed where it is fetched */
	MtpDispatcher?: { prototype: Dispatcher };
}

interface Dispatcher {
	sender: { pendingState: { get(id: unknown): unknown } };
	handleRPCResult(message: { obj: Result }): void;
}

/** `rpc_error` (core.telegram.org/schema/mtproto) */
const RPC_ERROR = 0x2144ca19;

/** What stands for an object nobody here can read. Its type is that of `Updates`, which the library passes on. */
export const UNREADABLE = 'unreadable';
const unreadable = { className: UNREADABLE, CONSTRUCTOR_ID: 0, SUBCLASS_OF_ID: 0x8af52aac };

/**
 * Takes apart what the server packs together one message at a time (core.telegram.org/mtproto/service_messages). The
 * library reads a container in one go: an object of another layer in it costs the answers beside it, and whoever asked
 * waits in vain. A loader that hands out copies of modules, as tsx does, may give nothing to put a function into.
 */
export function readMessageByMessage(): void {
	const { MessageContainer, MtpDispatcher, RequestState, RPCResult, TLMessage } =
		library.packets as unknown as Partial<Packets>;
	if (!MessageContainer || !RequestState || !RPCResult || !TLMessage) return;

	MessageContainer.fromReader = (reader) => {
		const messages: object[] = [];
		for (let left = reader.readInt(); left > 0; left -= 1) {
			const [id, seqno, length] = [reader.readLong(), reader.readInt(), reader.readInt()];
			const end = reader.tellPosition() + length;
			messages.push(new TLMessage(id, seqno, readOne(reader)));
			reader.setPosition(end);
		}
		return Promise.resolve(new MessageContainer(messages));
	};

	// An error may be compressed as any other answer; unpacked it would pass for the answer itself.
	const { fromReader } = RPCResult;
	RPCResult.fromReader = async (reader) => {
		const result = await fromReader(reader);
		const { body } = result;
		if (body === undefined || body.length < 4 || body.readUInt32LE(0) !== RPC_ERROR) return result;
		return new RPCResult(
			result.reqMsgId,
			undefined,
			new library.extensions.BinaryReader(body).tgReadObject(),
		);
	};

	// An answer that came twice, as one does that the server does not know to have arrived, would end its container.
	if (MtpDispatcher !== undefined) {
		const { handleRPCResult } = MtpDispatcher.prototype;
		MtpDispatcher.prototype.handleRPCResult = function (message) {
			if (this.sender.pendingState.get(message.obj.reqMsgId) !== undefined)
				handleRPCResult.call(this, message);
		};
	}

	// Nobody waits for what the library sends by itself: refused when the connection ends, it must end no process.
	const { resetPromise } = RequestState.prototype;
	RequestState.prototype.resetPromise = function () {
		resetPromise.call(this);
		this.promise?.catch(() => undefined);
	};
}

/** Some objects are read at once, some (compressed ones) as a promise. */
function readOne(reader: Reader): unknown {
	try {
		return Promise.resolve(reader.tgReadObject()).catch(() => unreadable);
	} catch {
		return unreadable;
	}
}
