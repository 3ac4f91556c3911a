import { main } from './main.ts';

// Where a single-file executable begins. A bundle of CommonJS, as Node wants it there, has no top-level await.
void main(process.argv.slice(2));
