#include "net/verify.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "base/certificate.h"

enum { CHAIN_MAX = 8 };

/* Reads the certificates in curl's list, the server's own first. Returns how many there are. */
static size_t read_chain(const struct curl_certinfo *chain, struct certificate *certs, size_t cap)
{
    size_t n = 0;
    for (int i = 0; chain != NULL && i < chain->num_of_certs && n < cap; i++)
        for (const struct curl_slist *line = chain->certinfo[i]; line != NULL; line = line->next)
            if (strncmp(line->data, "Cert:", 5) == 0 &&
                certificate_read_pem(line->data + 5, &certs[n])) {
                n++;
                break;
            }
    return n;
}

static pt_code refuse_time(const char *host, const struct certificate *cert, bool is_over,
                           struct pt_error *err)
{
    char when[32], fix[PT_FIX_MAX];
    certificate_time(is_over ? cert->end_s : cert->begin_s, when, sizeof when);
    if (is_over)
        snprintf(fix, sizeof fix,
                 "Ask the operator of %s to renew the certificate (or of the proxy, if one "
                 "intercepts TLS: see the issuer). If it has not expired, the clock of this host "
                 "is wrong: check date -u",
                 host);
    else
        snprintf(fix, sizeof fix, "The clock of this host may be wrong: check date -u");
    return pt_error_set(err, PT_ETLS, fix, "%s: its certificate (of %s, issued by %s) %s %s", host,
                        cert->subject, cert->issuer, is_over ? "expired at" : "is not valid before",
                        when);
}

pt_code verify_explain(const char *host, const struct curl_certinfo *chain, long check,
                       int64_t now_s, struct pt_error *err)
{
    struct certificate certs[CHAIN_MAX];
    size_t n = read_chain(chain, certs, CHAIN_MAX);
    for (size_t i = 0; i < n; i++)
        if (certs[i].end_s < now_s || certs[i].begin_s > now_s)
            return refuse_time(host, &certs[i], certs[i].end_s < now_s, err);
    /* libcurl compares the host name itself, when the chain is good or was not checked yet. */
    if (n > 0 && (check == X509_V_OK || check == X509_V_ERR_UNSPECIFIED))
        return pt_error_set(err, PT_ETLS,
                            "Use a host name that the certificate is valid for, or ask the "
                            "operator of that host for one that includes this name",
                            "%s: its certificate is for other hosts: %s", host,
                            certs[0].hosts[0] != '\0' ? certs[0].hosts : certs[0].subject);
    if (check == X509_V_ERR_CERT_HAS_EXPIRED)
        return pt_error_set(err, PT_ETLS,
                            "Ask the operator of that host, or of the CA, to renew it. If it has "
                            "not expired, the clock of this host is wrong: check date -u",
                            "%s: its certificate, or one above it in the chain, has expired", host);
    return pt_error_set(
        err, PT_ETLS,
        "Set AWS_CA_BUNDLE to the certificate of the CA that signed it (for instance a proxy's)",
        "%s: its certificate cannot be verified%s%s", host, n > 0 ? ": it is issued by " : "",
        n > 0 ? certs[n - 1].issuer : "");
}
