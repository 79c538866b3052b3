/* Private keys in OpenSSH's own format (openssh-key-v1). Pure. Thread: any. */
#ifndef DOCTOR_KEYFILE_OPENSSH_H
#define DOCTOR_KEYFILE_OPENSSH_H

#include <stdbool.h>

#include <openssl/types.h>

/* Reads what stands behind the BEGIN line, up to the next '-' or the end. NULL: it is damaged, of
 * an unknown kind, or protected by a passphrase (is_encrypted). */
EVP_PKEY *keyfile_openssh(const char *text, bool *is_encrypted);

#endif
