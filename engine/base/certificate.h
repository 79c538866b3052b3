/* What a TLS certificate says, read by libcrypto. Pure. Thread: any. */
#ifndef BASE_CERTIFICATE_H
#define BASE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are printable, "" where it says nothing. */
struct certificate {
    char subject[100], issuer[100]; /* common names, else organizations */
    char hosts[200];                /* the host names that it is for, by blanks */
    int64_t begin_s, end_s;         /* Unix: it is good between these */
};

/* DER, or the first one in a PEM text. False: it is none. */
bool certificate_read(const void *der, size_t len, struct certificate *out);
bool certificate_read_pem(const char *pem, struct certificate *out);

/* "2026-11-25 12:00:00Z". cap at least 24. */
void certificate_time(int64_t unix_s, char *out, size_t cap);

#endif
