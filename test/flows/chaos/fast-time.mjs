// Loaded before everything else in each process of a chaos run: time goes CHAOS_SPEED times as fast as it does outside,
// for our code and for the libraries alike, so that a lease of fifteen seconds ends after a few. All processes started
// with one CHAOS_ORIGIN (milliseconds since 1970) read the same time.
const speed = Number(process.env['CHAOS_SPEED'] ?? 1);
const origin = Number(process.env['CHAOS_ORIGIN'] ?? Date.now());

if (speed !== 1) {
	const RealDate = Date;
	const realNow = performance.now.bind(performance);
	const now = () => Math.floor(origin + (RealDate.now() - origin) * speed);
	// `new Date()` tells the fast time, `new Date(x)` and everything else are as they were.
	globalThis.Date = new Proxy(RealDate, {
		construct: (target, given, self) => Reflect.construct(target, given.length === 0 ? [now()] : given, self),
		get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
	});
	Object.defineProperty(performance, 'now', { value: () => realNow() * speed });
	for (const name of /** @type {const} */ (['setTimeout', 'setInterval'])) {
		const fast = new Proxy(globalThis[name], {
			apply: (target, self, [run, ms, ...given]) =>
				Reflect.apply(target, self, [run, (ms ?? 0) / speed, ...given]),
		});
		Object.defineProperty(globalThis, name, { value: fast });
	}
}
