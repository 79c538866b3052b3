/* Why a certificate was refused, from the chain that libcurl reports: which certificate, whose,
 * since when, and who has to repair it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "net/verify.h"

enum { NOW_S = 1767323045 }; /* 2026-01-02T03:04:05Z */

/* A certificate as libcurl reports it: "Cert:" and the PEM. Free with curl_slist_free_all. */
static struct curl_slist *certificate(const char *subject, const char *hosts, const char *begin,
                                      const char *end)
{
    X509 *cert = X509_new();
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_NAME *by = X509_NAME_new();
    char text[4096] = "Cert:", *pem;
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)subject, -1, -1, 0);
    X509_NAME_add_entry_by_txt(by, "CN", MBSTRING_ASC, (const unsigned char *)"Test CA", -1, -1, 0);
    X509_set_issuer_name(cert, by);
    ASN1_TIME_set_string(X509_getm_notBefore(cert), begin);
    ASN1_TIME_set_string(X509_getm_notAfter(cert), end);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, hosts);
    X509_add_ext(cert, names, -1);
    X509_set_pubkey(cert, key);
    X509_sign(cert, key, EVP_sha256());
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, cert);
    long len = BIO_get_mem_data(bio, &pem);
    snprintf(text + 5, sizeof text - 5, "%.*s", (int)len, pem);
    BIO_free(bio);
    X509_EXTENSION_free(names);
    X509_NAME_free(by);
    EVP_PKEY_free(key);
    X509_free(cert);
    return curl_slist_append(curl_slist_append(NULL, "Subject:CN = whatever"), text);
}

static void each_refusal_has_its_own_fix(void **state)
{
    static const struct {
        const char *begin[2], *end[2];
        long check;
        const char *says, *fix;
        bool has_bundle;
    } cases[] = {
        {{"20250101000000Z", "20250101000000Z"},
         {"20260101120000Z", "20300101000000Z"},
         X509_V_ERR_CERT_HAS_EXPIRED,                  "(of one.example, issued by Test CA) expired at 2026-01-01 12:00:00Z",
         "h:443 to renew",  false},
        {{"20250101000000Z", "20200101000000Z"},
         {"20270101000000Z", "20251231235959Z"},
         X509_V_ERR_CERT_HAS_EXPIRED,                  "(of Middle CA, issued by Test CA) expired at 2025-12-31 23:59:59Z",
         "to renew the",    false},
        {{"20260201000000Z", "20200101000000Z"},
         {"20270101000000Z", "20270101000000Z"},
         X509_V_ERR_CERT_NOT_YET_VALID,                "is not valid before 2026-02-01 00:00:00Z",
         "clock",           false},
        {{"20250101000000Z", "20200101000000Z"},
         {"20270101000000Z", "20270101000000Z"},
         X509_V_OK,                                    "is for other hosts: one.example two.example",
         "Use a host name", false},
        {{"20250101000000Z", "20200101000000Z"},
         {"20270101000000Z", "20270101000000Z"},
         X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "cannot be verified: it is issued by Test CA",
         "AWS_CA_BUNDLE",   true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pt_error err;
        struct curl_slist *certs[] = {
            certificate("one.example", "DNS:one.example,DNS:two.example", cases[i].begin[0],
                        cases[i].end[0]),
            certificate("Middle CA", "DNS:ca.example", cases[i].begin[1], cases[i].end[1])};
        const struct curl_certinfo chain = {.num_of_certs = 2, .certinfo = certs};
        assert_int_equal(verify_explain("h:443", &chain, cases[i].check, NOW_S, &err), PT_ETLS);
        if (strstr(err.what, cases[i].says) == NULL || strstr(err.fix, cases[i].fix) == NULL ||
            (strstr(err.fix, "AWS_CA_BUNDLE") != NULL) != cases[i].has_bundle)
            fail_msg("row %zu: %s | %s", i, err.what, err.fix);
        curl_slist_free_all(certs[0]);
        curl_slist_free_all(certs[1]);
    }
}

static void a_server_that_can_t_be_looked_at_is_only_not_trusted(void **state)
{
    struct pt_error err;
    struct curl_slist *none[] = {NULL};
    struct curl_slist *broken[] = {curl_slist_append(NULL, "Cert:-----BEGIN CERTIFICATE-----\nx")};
    const struct curl_certinfo empty = {.num_of_certs = 1, .certinfo = none},
                               odd = {.num_of_certs = 1, .certinfo = broken};
    const struct curl_certinfo *const chains[] = {NULL, &empty, &odd};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        verify_explain("h", chains[i], X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, NOW_S, &err);
        assert_string_equal(err.what, "h: its certificate cannot be verified");
        verify_explain("h", chains[i], X509_V_ERR_CERT_HAS_EXPIRED, NOW_S, &err);
        assert_string_equal(err.what,
                            "h: its certificate, or one above it in the chain, has expired");
        assert_null(strstr(err.fix, "AWS_CA_BUNDLE"));
    }
    curl_slist_free_all(broken[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal_has_its_own_fix),
        cmocka_unit_test(a_server_that_can_t_be_looked_at_is_only_not_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
