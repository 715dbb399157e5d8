import { openssl } from './openssl.ts';

/** Library number of libssl, in error codes: openssl/err.h. */
const LIBRARY_SSL = 20;
const LIBRARY_SHIFT = 23;
const LIBRARY_MASK = 0xff;
const REASON_MASK = 0x7f_ffff;
/** Alerts that were received are reported as this number plus their own: openssl/ssl.h, SSL_AD_REASON_OFFSET. */
const FIRST_ALERT = 1000;
const LAST_ALERT = FIRST_ALERT + 255;
/** openssl/sslerr.h. */
const CERTIFICATE_VERIFY_FAILED = 134;

/** Why a TLS connection failed. */
export interface TlsFailure {
  /** The peer sent a fatal alert; its certificate was refused; or its bytes violate TLS, or are not TLS at all. */
  readonly kind: 'alert' | 'certificate' | 'violation';
  /** What happened, for a message. */
  readonly text: string;
}

/** The configuration of TLS is unusable, such as a certificate that is none. The message names the part. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
}

/** Takes the first error from the calling thread's queue, and clears the queue. @returns its code; 0: no error. */
export function takeError(): number {
  const code = openssl().ERR_get_error();
  openssl().ERR_clear_error();
  return code;
}

/** Reports whether an error code is of the given library and reason. */
export function isError(code: number, library: number, reason: number): boolean {
  return libraryOf(code) === library && (code & REASON_MASK) === reason;
}

/** Returns OpenSSL's text of an error code. */
export function errorText(code: number): string {
  return openssl().ERR_reason_error_string(code) ?? `error ${code}`;
}

/**
 * Describes the failure of a connection.
 * @param code of {@link takeError}.
 * @param verifyResult of SSL_get_verify_result(3).
 */
export function describeFailure(code: number, verifyResult: number): TlsFailure {
  const reason = code & REASON_MASK;
  if (libraryOf(code) === LIBRARY_SSL && reason > FIRST_ALERT && reason <= LAST_ALERT) {
    const alert = reason - FIRST_ALERT;
    const name = openssl().SSL_alert_desc_string_long(alert);
    return { kind: 'alert', text: `the server sent the alert ${alert}, ${name}` };
  }
  if (isError(code, LIBRARY_SSL, CERTIFICATE_VERIFY_FAILED)) {
    const why = openssl().X509_verify_cert_error_string(verifyResult);
    return { kind: 'certificate', text: `the server's certificate was refused: ${why} (${verifyResult})` };
  }
  if (code === 0) return { kind: 'violation', text: 'OpenSSL failed without a reason' };
  return { kind: 'violation', text: `the server's bytes violate TLS: ${errorText(code)}` };
}

function libraryOf(code: number): number {
  return (code >>> LIBRARY_SHIFT) & LIBRARY_MASK;
}
