/* A key's public part as SSH sends it (RFC 4253, 5656, 8709). Pure. Thread: any. */
#ifndef DOCTOR_KEYFILE_WIRE_H
#define DOCTOR_KEYFILE_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/buf.h"

enum { KEYFILE_MAX = 64 * 1024 };

/* Appends it, and says which kind it is. False: SSH has no such kind, or memory is missing. */
bool keyfile_wire(EVP_PKEY *pkey, char *kind, size_t cap, struct buf *blob);

#endif
