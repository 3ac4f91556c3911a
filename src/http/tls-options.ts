import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { webConfigFailure } from './errors.ts';
import { readSmallFile } from './file-watch.ts';
import { tls13Ciphers } from './tls-names.ts';
import type { PemSource, TlsConfig } from './web-config.ts';

/** Reads the certificates and makes the options for a TLS server. Throws a Failure that names the file or the setting that does not work. */
export function readTlsOptions(config: TlsConfig): TlsOptions {
  const { clientCa, curves, prefersServerCiphers, minVersion, maxVersion } = config;
  const context: SecureContextOptions = {
    cert: readPem(config.cert, 'cert_file'),
    key: readPem(config.key, 'key_file'),
    ...(clientCa === null ? {} : { ca: readPem(clientCa, 'client_ca_file') }),
    minVersion,
    maxVersion,
    ...listCiphers(config),
    honorCipherOrder: prefersServerCiphers,
    ...(curves.length === 0 ? {} : { ecdhCurve: curves.join(':') }),
  };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw webConfigFailure(`tls_server_config: the certificate or a setting does not work: ${(cause as Error).message}`, { cause });
  }
  // Whom to let in is decided after the handshake (tls.ts), by the configuration of that moment.
  return { ...context, requestCert: config.clientAuth !== 'NoClientCert', rejectUnauthorized: false };
}

function readPem(source: PemSource, key: string): string {
  if (source.kind === 'text') return source.text;
  try {
    return readSmallFile(source.file);
  } catch (cause) {
    throw webConfigFailure(`tls_server_config.${key}: cannot read ${source.file}: ${(cause as Error).message}`, { cause });
  }
}

/** The ciphers in OpenSSL's language. TLS 1.3 has its own, which cannot be switched off in Go; old versions need OpenSSL's guard lowered. */
function listCiphers({ ciphers, minVersion }: TlsConfig): { ciphers?: string } {
  const isOld = minVersion === 'TLSv1' || minVersion === 'TLSv1.1';
  if (ciphers.length === 0) return isOld ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {};
  const configured = ciphers.filter((name) => !tls13Ciphers.includes(name));
  return { ciphers: [...tls13Ciphers, ...configured, ...(isOld && configured.length > 0 ? ['@SECLEVEL=0'] : [])].join(':') };
}
