import { crashProof } from './support/crash-proof';

crashProof(25, Number(process.env['SEED'] ?? 20_260_101));
