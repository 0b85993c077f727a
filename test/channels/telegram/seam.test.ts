import { seamCases } from './seam-cases';

seamCases('teleproto 1.229.0', 229);
