import { crashProof } from './support/crash-proof';

crashProof(300, Number(process.env['SEED'] ?? 7));
