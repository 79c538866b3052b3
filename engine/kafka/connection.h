/* What a failed connection means. librdkafka reports how a connection failed; this turns the
 * report into a cause and a fix. Pure, except for certificate_detail, which reads a certificate
 * with libcrypto. Thread: any. */
#ifndef KAFKA_CONNECTION_H
#define KAFKA_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

/* Part of each text that advertised_explain makes. */
#define ADVERTISED_WHY "answers, but advertises the cluster at"

struct connection_asked {
    int x509_error; /* why the broker's certificate was refused (X509_V_ERR_…), 0 when it was not */
    const char *detail; /* from certificate_detail, or "" */
    bool is_iam;        /* MSK's IAM login */
};

/* Rewrites librdkafka's reason ("sasl_ssl://host:port/bootstrap: SSL handshake failed: …") as
 * "host:port: cause". A reason without a known cause stays, minus librdkafka's own additions.
 *
 * asked  how the connection was configured. */
void connection_explain(const char *reason, const struct connection_asked *asked, char *out,
                        size_t cap);

/* Returns the fix for a text that connection_explain made, or that contains one; NULL when there
 * is none. A failure with a fix does not disappear by retrying. */
const char *connection_fix(const char *text);
/* What such a text says about the login. */
enum connection_login {
    CONNECTION_LOGIN_OTHER,   /* nothing: the login was not reached */
    CONNECTION_LOGIN_REFUSED, /* for the reason in the text */
    CONNECTION_LOGIN_DENIED,  /* MSK's "Access denied": credentials, region, clock or policy */
    CONNECTION_LOGIN_BUSY     /* for the moment: the broker limits new logins */
};
enum connection_login connection_login(const char *text);
/* Returns the part of such a text where the cause begins, after the addresses; other texts are
 * returned whole. */
const char *connection_why(const char *text);

/* Whether such a text tells of a connection that did not come about, for a reason that may pass.
 *
 * why     then what happened to whom: "b-1:9098 does not answer connections".
 * advice  then what to do; static. */
bool connection_passing(const char *text, char *why, size_t cap, const char **advice);

/* Describes a refused certificate (DER): its expiry, its host names, or its issuer. Always
 * terminated; "" when it cannot be read. The text comes from outside: make it printable before
 * it is shown. */
void certificate_detail(int x509_error, const void *der, size_t len, char *out, size_t cap);

#endif
