import { downloadOperation } from '../../../../src/n8n';

export const download = downloadOperation;
