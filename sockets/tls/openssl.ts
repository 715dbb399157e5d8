import { UnavailableError } from '../errors/errno.ts';
import { bindLibrary, type Call } from '../libc.ts';

/**
 * OpenSSL's functions used here, by the names and types of its manual pages. Pointers and sizes are plain numbers, as in
 * `sockets/libc.ts`.
 */
const signatures = {
  OpenSSL_version_num: 'unsigned long OpenSSL_version_num()',
  TLS_client_method: 'uintptr_t TLS_client_method()',
  TLS_server_method: 'uintptr_t TLS_server_method()',
  SSL_CTX_new: 'uintptr_t SSL_CTX_new(uintptr_t)',
  SSL_CTX_free: 'void SSL_CTX_free(uintptr_t)',
  SSL_CTX_ctrl: 'long SSL_CTX_ctrl(uintptr_t, int, long, uintptr_t)',
  SSL_CTX_set_options: 'uint64_t SSL_CTX_set_options(uintptr_t, uint64_t)',
  SSL_CTX_set_verify: 'void SSL_CTX_set_verify(uintptr_t, int, uintptr_t)',
  SSL_CTX_get_cert_store: 'uintptr_t SSL_CTX_get_cert_store(uintptr_t)',
  SSL_CTX_get0_param: 'uintptr_t SSL_CTX_get0_param(uintptr_t)',
  SSL_CTX_set_alpn_protos: 'int SSL_CTX_set_alpn_protos(uintptr_t, uintptr_t, uint32_t)',
  SSL_CTX_use_certificate: 'int SSL_CTX_use_certificate(uintptr_t, uintptr_t)',
  SSL_CTX_use_PrivateKey: 'int SSL_CTX_use_PrivateKey(uintptr_t, uintptr_t)',
  SSL_CTX_check_private_key: 'int SSL_CTX_check_private_key(uintptr_t)',
  X509_VERIFY_PARAM_set_flags: 'int X509_VERIFY_PARAM_set_flags(uintptr_t, unsigned long)',
  X509_VERIFY_PARAM_set1_host: 'int X509_VERIFY_PARAM_set1_host(uintptr_t, uintptr_t, size_t)',
  X509_VERIFY_PARAM_set1_ip_asc: 'int X509_VERIFY_PARAM_set1_ip_asc(uintptr_t, uintptr_t)',
  X509_STORE_add_cert: 'int X509_STORE_add_cert(uintptr_t, uintptr_t)',
  X509_free: 'void X509_free(uintptr_t)',
  EVP_PKEY_free: 'void EVP_PKEY_free(uintptr_t)',
  PEM_read_bio_X509: 'uintptr_t PEM_read_bio_X509(uintptr_t, uintptr_t, uintptr_t, uintptr_t)',
  PEM_read_bio_PrivateKey: 'uintptr_t PEM_read_bio_PrivateKey(uintptr_t, uintptr_t, uintptr_t, uintptr_t)',
  BIO_s_mem: 'uintptr_t BIO_s_mem()',
  BIO_new: 'uintptr_t BIO_new(uintptr_t)',
  BIO_new_mem_buf: 'uintptr_t BIO_new_mem_buf(uintptr_t, int)',
  BIO_up_ref: 'int BIO_up_ref(uintptr_t)',
  BIO_free: 'int BIO_free(uintptr_t)',
  BIO_ctrl: 'long BIO_ctrl(uintptr_t, int, long, uintptr_t)',
  BIO_set_flags: 'void BIO_set_flags(uintptr_t, int)',
  BIO_read: 'int BIO_read(uintptr_t, uintptr_t, int)',
  BIO_write: 'int BIO_write(uintptr_t, uintptr_t, int)',
  SSL_new: 'uintptr_t SSL_new(uintptr_t)',
  SSL_free: 'void SSL_free(uintptr_t)',
  SSL_set_bio: 'void SSL_set_bio(uintptr_t, uintptr_t, uintptr_t)',
  SSL_set_connect_state: 'void SSL_set_connect_state(uintptr_t)',
  SSL_set_accept_state: 'void SSL_set_accept_state(uintptr_t)',
  SSL_ctrl: 'long SSL_ctrl(uintptr_t, int, long, uintptr_t)',
  SSL_do_handshake: 'int SSL_do_handshake(uintptr_t)',
  SSL_read: 'int SSL_read(uintptr_t, uintptr_t, int)',
  SSL_write: 'int SSL_write(uintptr_t, uintptr_t, int)',
  SSL_shutdown: 'int SSL_shutdown(uintptr_t)',
  SSL_set_shutdown: 'void SSL_set_shutdown(uintptr_t, int)',
  SSL_get_error: 'int SSL_get_error(uintptr_t, int)',
  SSL_get_verify_result: 'long SSL_get_verify_result(uintptr_t)',
  SSL_get0_alpn_selected: 'void SSL_get0_alpn_selected(uintptr_t, uintptr_t, uintptr_t)',
  SSL_get_current_cipher: 'uintptr_t SSL_get_current_cipher(uintptr_t)',
  SSL_session_reused: 'int SSL_session_reused(uintptr_t)',
  SSL_get1_session: 'uintptr_t SSL_get1_session(uintptr_t)',
  SSL_set_session: 'int SSL_set_session(uintptr_t, uintptr_t)',
  SSL_SESSION_is_resumable: 'int SSL_SESSION_is_resumable(uintptr_t)',
  SSL_SESSION_free: 'void SSL_SESSION_free(uintptr_t)',
  ERR_get_error: 'unsigned long ERR_get_error()',
  ERR_clear_error: 'void ERR_clear_error()',
} as const;

/** Functions that return text. */
const textSignatures = {
  OpenSSL_version: 'str OpenSSL_version(int)',
  SSL_get_version: 'str SSL_get_version(uintptr_t)',
  SSL_CIPHER_get_name: 'str SSL_CIPHER_get_name(uintptr_t)',
  SSL_alert_desc_string_long: 'str SSL_alert_desc_string_long(int)',
  X509_verify_cert_error_string: 'str X509_verify_cert_error_string(long)',
  ERR_reason_error_string: 'str ERR_reason_error_string(unsigned long)',
} as const;

type Text = (value: number) => string | null;

/** OpenSSL 3. */
export type OpenSsl = Readonly<Record<keyof typeof signatures, Call> & Record<keyof typeof textSignatures, Text>>;

/**
 * Where OpenSSL is looked for: in this process, because Node contains it or is linked against it; then the library of
 * the system, for a Node that hides its own.
 */
const LIBRARIES = [null, 'libssl.so.3'] as const;

/** Version 3.0.0, as OpenSSL_version_num(3) encodes it. BoringSSL, which some builds contain instead, claims 1.1.1. */
const OLDEST = 0x3000_0000;

let bound: OpenSsl | undefined;

/**
 * Returns OpenSSL, bound on first use.
 * @throws {UnavailableError} when neither Node nor the system has OpenSSL 3, or no foreign functions can be called.
 */
export function openssl(): OpenSsl {
  if (bound === undefined) bound = bind(LIBRARIES);
  return bound;
}

/** Returns why OpenSSL is not available here, or `undefined` when it is. Never throws. */
export function whyNoOpenSsl(libraries: readonly (string | null)[] = LIBRARIES): string | undefined {
  try {
    bind(libraries);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function bind(libraries: readonly (string | null)[]): OpenSsl {
  const causes: unknown[] = [];
  for (const library of libraries) {
    try {
      const found = bindLibrary(library, { ...signatures, ...textSignatures }) as OpenSsl;
      if (found.OpenSSL_version_num() >= OLDEST) return found;
      causes.push(new Error(`${library ?? 'this process'} has ${found.OpenSSL_version(0)}`));
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      causes.push(error);
    }
  }
  throw new UnavailableError(
    `TLS needs OpenSSL 3: Node ${process.version} does not export its functions, and libssl.so.3 was not found. ` +
      'Install it (Debian: libssl3), or use a Node from nodejs.org.',
    { cause: new AggregateError(causes) },
  );
}
