/** The store's file in its folder. */
export const FILE_NAME = 'messenger-accounts.sqlite';
/** The second copy of what a process keeps in Redis, in the same folder. */
export const MIRROR_FILE_NAME = 'messenger-accounts-mirror.sqlite';
