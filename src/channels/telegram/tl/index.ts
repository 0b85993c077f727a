/** TL as plain data. Knows no library and no messenger logic. */
export * from './object';
