import type { ConnectionRecord } from '../log';
import type { World } from '../state/world';
import { FramingError } from '../transport/framing';
import type { Packet } from '../transport/framing';
import type { Pipe, Receiver } from '../transport/door';
import { ClientStream } from '../transport/stream';
import type { DataCentre } from './dc';
import { Handshake } from './handshake';
import type { Session } from './session';

/** One client's connection to one data centre, with whatever goes wrong on it. */
export class Connection implements Receiver {
	readonly record: ConnectionRecord;
	readonly handshake: Handshake;
	readonly stream: ClientStream;
	/** Sessions that used this connection. */
	readonly sessions = new Set<Session>();
	ended = false;
	private cancelDisconnect: (() => void) | undefined;
	private readonly waiting = new Set<() => void>();

	constructor(
		readonly world: World,
		readonly dc: DataCentre,
		private readonly pipe: Pipe,
		/** Of the MTProxy it came through. */
		secret?: Buffer,
	) {
		this.stream = new ClientStream(secret);
		this.record = world.log.open(
			dc.id,
			secret === undefined ? pipe.kind : 'mtproxy',
			pipe.remote,
			world.now(),
		);
		this.handshake = new Handshake(this);
		world.connections.add(this);
	}

	get remote(): string {
		return this.pipe.remote;
	}

	/** For a media data centre, as the client says in its header. */
	get media(): boolean {
		return (this.stream.dcId ?? 0) < 0;
	}

	/** Whether the connection-wide faults concern this connection. */
	get afflicted(): boolean {
		const { accounts } = this.world.faults;
		return accounts.length === 0 || accounts.includes(this.record.account ?? '');
	}

	bytes(data: Buffer): void {
		const { log, faults } = this.world;
		log.read(this.record, data.length);
		if (faults.halfOpen && this.afflicted) {
			// A dead NAT swallows; what is swallowed never arrives later.
			return;
		}
		let packets: Packet[];
		try {
			packets = this.stream.read(data);
		} catch (error) {
			if (error instanceof FramingError) return this.cut('server', true);
			throw error;
		}
		this.record.transport = this.stream.name;
		for (const packet of packets) {
			if (this.ended) return;
			this.record.packetsIn += 1;
			if (faults.cutAfterPackets > 0 && this.afflicted && this.record.packetsIn >= faults.cutAfterPackets) {
				return this.cut('fault', true);
			}
			try {
				this.dc.receive(this, packet);
			} catch (error) {
				log.fail('packet', error);
				this.cut('failure', true);
			}
		}
	}

	/** Sends one packet, subject to the faults of the moment. `cutInside` writes half of it and resets. */
	send(packet: Buffer, cutInside = false): void {
		const { faults } = this.world;
		if (this.ended || ((faults.silent || faults.halfOpen) && this.afflicted)) return;
		// A key id of zero marks the exchange of keys, which is not encrypted.
		const again = faults.replay && this.afflicted && packet.length > 8 && packet.readBigUInt64LE() !== 0n;
		if (again) this.deliver(packet, false);
		this.deliver(packet, cutInside);
	}

	private deliver(packet: Buffer, cutInside: boolean): void {
		const { faults } = this.world;
		if (faults.delayMs > 0 && this.afflicted) {
			const cancel = this.world.clock.setTimer(faults.delayMs, () => {
				this.waiting.delete(cancel);
				this.write(packet, cutInside);
			});
			this.waiting.add(cancel);
		} else this.write(packet, cutInside);
	}

	sendQuickAck(token: Buffer): void {
		const marked = Buffer.from(token);
		marked.writeUInt32LE((marked.readUInt32LE() | 0x80000000) >>> 0);
		const data = this.stream.writeQuickAck(marked);
		if (data !== undefined && !this.ended) this.pipe.write(data);
	}

	/** Four bytes in place of a message: the transport's own way to refuse (-404, -429). */
	transportError(code: number): void {
		const data = Buffer.alloc(4);
		data.writeInt32LE(code);
		this.send(data);
	}

	/** Ends the connection: politely, or with RST. */
	cut(by: string, rst: boolean): void {
		this.record.closedBy ??= by;
		if (rst) this.pipe.reset();
		else this.pipe.end();
		this.closed();
	}

	closed(): void {
		if (this.ended) return;
		this.ended = true;
		this.record.closed = this.world.now();
		this.record.closedBy ??= 'client';
		this.cancelDisconnect?.();
		for (const cancel of this.waiting) cancel();
		for (const session of this.sessions) session.left(this);
		this.world.connections.delete(this);
	}

	/** ping_delay_disconnect: the server hangs up unless another ping comes in time. */
	disconnectIn(ms: number): void {
		this.cancelDisconnect?.();
		this.cancelDisconnect = this.world.clock.setTimer(ms, () => this.cut('server', false));
	}

	private write(packet: Buffer, cutInside: boolean): void {
		if (this.ended) return;
		const data = this.stream.write(packet);
		this.record.packetsOut += 1;
		this.record.bytesOut += data.length;
		if (cutInside) {
			this.pipe.write(data.subarray(0, Math.ceil(data.length / 2)));
			this.world.clock.setTimer(20, () => this.cut('fault', true));
			return;
		}
		const { splitBytes } = this.world.faults;
		if (splitBytes <= 0 || !this.afflicted) return this.pipe.write(data);
		for (let at = 0; at < data.length; at += splitBytes) this.pipe.write(data.subarray(at, at + splitBytes));
	}
}
