import { vi } from 'vitest';
import { seamCases } from './seam-cases';

/** The package the successor took over from: the seam works with either. */
vi.mock('#lib/telegram', () => import('../../../src/channels/telegram/library-original.mjs'));

seamCases('telegram 2.26.22', 198);
