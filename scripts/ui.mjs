// The page with instant reload, against a server that runs already: `npm run ui` (http://localhost:9091 unless PUSHGATE_URL says otherwise).
import { createServer } from 'vite';
import { uiConfig } from './ui-config.mjs';

const target = process.env.PUSHGATE_URL ?? 'http://localhost:9091';
const server = await createServer({ ...uiConfig, server: { proxy: { '/api': target, '/metrics': target, '/-/': target } } });
await server.listen();
server.printUrls();
