/**
 * A real n8n for tests: started, driven over its REST interface as the editor does, stopped, killed, started again;
 * and the same n8n in a real browser. Only tests and `npm start` come here. Knows nothing of messengers.
 */
export { N8nApi, owner, type ManualRun, type PublicationStatus, type StoredWorkflow } from './api';
export { Execution, type ExecutionSummary } from './execution';
export { postgresEnvironment, type StoredExecution } from './database';
export { nodeBinary, n8nScript, projectFolder } from './host';
export { N8n, type N8nOptions } from './n8n';
export { packAndInstall, packageName, placePackage } from './packed';
export { freePort, isPortFree } from './ports';
export { N8nHttpError } from './session';
export { N8nSideProcess } from './side-process';
export { until } from './until';
export {
	node,
	workflow,
	type CredentialReference,
	type NodeExtras,
	type Wire,
	type WorkflowDraft,
} from './workflow';
