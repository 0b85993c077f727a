import { telegramLife } from './life';

telegramLife(60_000);
