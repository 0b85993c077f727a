/** Everything that knows the MTProto library; above it everything is plain TL. */
export { RpcFailure } from './failure';
export { createLink, type Link, type LinkEvents, type LinkOptions } from './link';
export { knowsMethod, knowsType, LAYER } from './plain';
