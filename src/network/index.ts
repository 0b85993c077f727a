/**
 * How the channels reach the outside: HTTP connections and tunnels through the account's proxy. A dead proxy is an
 * error everywhere, never a direct connection.
 */
export { createDispatcher, type DispatcherOptions } from './dispatcher';
export { openPath, secure, type PathOptions } from './path';
export { openHttpTunnel, openSocksTunnel, ProxyError } from './tunnel';
