/** The pages of *Messenger Login*. */
export { loginProperties, loginWebhooks } from './fields';
export { serveLogin } from './serve';
