import { getSinceOperation } from '../../../../src/n8n';
import { includeServiceField } from '../../fields';

export const getSince = getSinceOperation({
	messageId: '117263822972066856',
	chatIds: '92610303, -68000000000001',
	includeServiceField,
});
