/** Everything that knows the MTProto library; above it everything is plain TL. */
export { completeRequest, RequestProblem } from './complete';
export { fieldsOf, type FieldType } from './fields';
export { RpcFailure } from './failure';
export { createLink, type Link, type LinkEvents, type LinkOptions } from './link';
export { isOnce, OutcomeUnknown } from './once';
export { knowsMethod, knowsType, LAYER } from './plain';
