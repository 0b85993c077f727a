import * as library from '#lib/telegram';

/**
 * The only file that knows the MTProto library: teleproto, the successor of `telegram`/GramJS with the same API. What is
 * used of it: transport, key exchange, encryption, acknowledgements, pings, containers, TL (de)serialisation, SRP. What
 * is kept out: its update manager, entity cache, request retries, parsers.
 */
export { library };
