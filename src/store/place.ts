/** The store's file in its folder. */
export const FILE_NAME = 'messenger-accounts.sqlite';
