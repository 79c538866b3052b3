/* Private keys for SSH as text: which kind it is, and its fingerprints in all forms in which EC2
 * tells one. Nothing of the private part is kept. Pure. Thread: any. */
#ifndef DOCTOR_KEYFILE_H
#define DOCTOR_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/error.h"

/* Texts are "" when the form does not apply to that kind. */
struct keyfile {
    char kind[24]; /* "RSA", "ed25519", "ECDSA nistp256" */
    int bits;
    char created[64];  /* of an RSA pair that EC2 made: SHA-1 of the private key (PKCS#8, DER) */
    char imported[48]; /* of an RSA pair that was imported: MD5 of the public key (DER) */
    char ssh_md5[48];  /* MD5 of the public key as SSH sends it (RFC 4716) */
    char ssh[48];      /* SHA-256 of that, base64 without '=', as `ssh-keygen -l` prints it */
};

/* Reads a private key: RSA (PKCS#1, PKCS#8, OpenSSH), EC and ed25519 (PKCS#8, OpenSSH; EC also
 * SEC 1). That the private part belongs to the public one is verified.
 *
 * text  NUL-terminated; a secret.
 * who   begins the error: "the file /home/u/.ssh/k.pem".
 * Errors  PT_EDATA: it is no private key, is damaged, or is of another kind. PT_ELOGIN: it is
 * protected by a passphrase, so nothing more can be said of it. PT_ENOMEM. No error has text of the
 * key.
 */
pt_code keyfile_read(const char *text, size_t len, const char *who, struct keyfile *out,
                     struct pt_error *err);

/* True when EC2 tells this fingerprint of the key pair, in whichever form, with or without '=' at
 * its end. */
bool keyfile_is(const struct keyfile *key, const char *fingerprint);
/* True when both are the same key, however they are written. */
bool keyfile_equals(const struct keyfile *a, const struct keyfile *b);

#endif
