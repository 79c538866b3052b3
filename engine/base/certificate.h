/* The fields of a TLS certificate, as libcrypto reads them. Pure. Thread: any. */
#ifndef BASE_CERTIFICATE_H
#define BASE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are printable; "" means that the certificate lacks the field. */
struct certificate {
    char subject[100], issuer[100]; /* common names, else organizations */
    char hosts[200];                /* host names that it is valid for, separated by blanks */
    int64_t begin_s, end_s;         /* Unix; the period of validity */
};

/* Reads a certificate in DER, or the first one of a PEM text. Returns false when there is none. */
bool certificate_read(const void *der, size_t len, struct certificate *out);
bool certificate_read_pem(const char *pem, struct certificate *out);

/* Formats "2026-11-25 12:00:00Z"; cap is at least 24. */
void certificate_time(int64_t unix_s, char *out, size_t cap);

#endif
