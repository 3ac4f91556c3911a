import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandOf } from '../../support/debian.ts';

/** A certificate authority that nobody knows, and a server that it vouches for (`localhost`, `127.0.0.1`). Guard the test with `needs('openssl')`. */
export class OwnAuthority {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), 'pushgate-authority-'));
  readonly certificate: string = path.join(this.folder, 'ca.pem');

  constructor() {
    this.#makeCertificate('ca', []);
    this.#makeCertificate('server', ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-CA', 'ca.pem', '-CAkey', 'ca.key']);
  }

  /** The path of a new file beside `ca.pem`, `server.pem` and `server.key`. */
  writeFile(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** The same authority as Java reads it. */
  makeKeyStore(password: string): string {
    const file = path.join(this.folder, 'ca.p12');
    if (existsSync(file)) return file;
    const args = ['-importcert', '-noprompt', '-alias', 'ca', '-file', this.certificate, '-keystore', file, '-storepass', password];
    execFileSync('keytool', args, { stdio: 'pipe' });
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #makeCertificate(name: string, options: readonly string[]): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
    const args = ['req', '-x509', ...key, '-out', `${name}.pem`, '-subj', `/CN=pushgate test ${name}`, '-days', '2', ...options];
    execFileSync(commandOf('openssl'), args, { cwd: this.folder, stdio: 'pipe' });
  }
}
