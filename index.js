'use strict';

// The engine without n8n: open an account, call it, listen to its journal. Documented in src/index.ts.
module.exports = require('./dist/src/index.js');
