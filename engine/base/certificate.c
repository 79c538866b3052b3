#include "base/certificate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/printable.h"

static void certificate_put_name(const X509_NAME *name, char *out, size_t cap)
{
    char text[256] = "";
    if (X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)name, NID_commonName, text,
                                  sizeof text) <= 0 &&
        X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)name, NID_organizationName, text,
                                  sizeof text) <= 0)
        text[0] = '\0';
    printable_str(out, cap, text);
}

static void put_hosts(X509 *cert, char *out, size_t cap)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    char text[256] = "";
    size_t used = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && used < sizeof text; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", used > 0 ? " " : "",
                                     ASN1_STRING_length(name->d.dNSName),
                                     (const char *)ASN1_STRING_get0_data(name->d.dNSName));
    }
    GENERAL_NAMES_free(names);
    printable_str(out, cap, text);
}

static int64_t certificate_seconds_of(const ASN1_TIME *time)
{
    struct tm tm;
    return ASN1_TIME_to_tm(time, &tm) ? (int64_t)timegm(&tm) : 0;
}

static bool certificate_take(X509 *cert, struct certificate *out)
{
    memset(out, 0, sizeof *out);
    if (cert == NULL)
        return false;
    certificate_put_name(X509_get_subject_name(cert), out->subject, sizeof out->subject);
    certificate_put_name(X509_get_issuer_name(cert), out->issuer, sizeof out->issuer);
    put_hosts(cert, out->hosts, sizeof out->hosts);
    out->begin_s = certificate_seconds_of(X509_get0_notBefore(cert));
    out->end_s = certificate_seconds_of(X509_get0_notAfter(cert));
    X509_free(cert);
    return true;
}

bool certificate_read(const void *der, size_t len, struct certificate *out)
{
    const unsigned char *at = der;
    return certificate_take(d2i_X509(NULL, &at, (long)len), out);
}

bool certificate_read_pem(const char *pem, struct certificate *out)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *cert = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return certificate_take(cert, out);
}

void certificate_time(int64_t unix_s, char *out, size_t cap)
{
    time_t at = (time_t)unix_s;
    struct tm tm;
    gmtime_r(&at, &tm);
    strftime(out, cap, "%Y-%m-%d %H:%M:%SZ", &tm);
}
