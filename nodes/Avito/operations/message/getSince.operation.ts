import { getSinceOperation } from '../../../../src/n8n';

export const getSince = getSinceOperation({
	messageId: '0123456789abcdef0123456789abcdef',
	chatIds: 'u2i-AbC~dEf_GhIjKlMnOpQrSt',
});
