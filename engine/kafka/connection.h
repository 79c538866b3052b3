/* What a failed connection means.
 *
 * librdkafka says how a connection failed; here that becomes what is wrong, in words with a next
 * step. Pure but for certificate_detail, which reads a certificate by libcrypto. Thread: any. */
#ifndef KAFKA_CONNECTION_H
#define KAFKA_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

/* Of a text that advertised_explain made. */
#define ADVERTISED_WHY "answers, but says that the cluster is at"

struct connection_asked {
    int x509_error; /* why the broker's certificate was refused (X509_V_ERR_…), 0 it was not */
    const char *detail; /* of certificate_detail, or "" */
    bool is_iam;        /* MSK's IAM login */
};

/* Rewrite librdkafka's reason ("sasl_ssl://host:port/bootstrap: SSL handshake failed: …") as
 * "host:port: what is wrong". Reasons that mean nothing in particular stay, without what librdkafka
 * adds for itself.
 *
 * asked  how the connection was meant to be. */
void connection_explain(const char *reason, const struct connection_asked *asked, char *out,
                        size_t cap);

/* The next step for a text that connection_explain made, or that holds one; NULL: nothing in
 * particular. Such a failure does not go away by trying again. */
const char *connection_fix(const char *text);
/* What such a text says of the login. */
enum connection_login {
    CONNECTION_LOGIN_OTHER,   /* nothing: it didn't come to that */
    CONNECTION_LOGIN_REFUSED, /* and the text says why */
    CONNECTION_LOGIN_DENIED,  /* MSK's "Access denied": keys, region, clock or policy */
    CONNECTION_LOGIN_BUSY     /* not now: the broker limits new logins */
};
enum connection_login connection_login(const char *text);
/* Where in such a text what is wrong begins, after who asked whom; the text itself for others. */
const char *connection_why(const char *text);

/* What of a refused certificate (DER) tells why: when it ended, its names, or who signed it. Always
 * terminated; "" when it can't be read. May hold anything: make it printable before it is shown. */
void certificate_detail(int x509_error, const void *der, size_t len, char *out, size_t cap);

#endif
