export { gaugeReadings, leaseKind } from './gauges';
export { meteredStore } from './store';
