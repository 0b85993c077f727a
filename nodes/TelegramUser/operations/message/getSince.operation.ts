import { getSinceOperation } from '../../../../src/n8n';
import { includeServiceField } from '../../fields';

export const getSince = getSinceOperation({
	messageId: '12345',
	chatIds: '87654321, -1001234567890',
	includeServiceField,
	after: (messageId) => messageId.replace(/^\d+$/, '#$&'),
});
