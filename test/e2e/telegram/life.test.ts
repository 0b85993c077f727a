import { telegramLife } from './life';

/** Longer than n8n bears with a trigger that fails; the minute is in `life.long.test.ts`. */
telegramLife(25_000);
