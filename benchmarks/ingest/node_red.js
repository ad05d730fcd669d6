// Settings of the Node-RED peer: no editor, no HTTP, a pool of ten connections for its one function node.
const { Pool } = require(process.env.PEER_MODULES + "/pg");

module.exports = {
  flowFile: "flows.json",
  credentialSecret: false,
  httpAdminRoot: false,
  httpNodeRoot: false,
  diagnostics: { enabled: false },
  telemetry: { enabled: false },
  functionGlobalContext: { pool: new Pool({ connectionString: process.env.PEER_DATABASE_URL, max: 10 }) },
  logging: { console: { level: "info", metrics: false, audit: false } },
};
