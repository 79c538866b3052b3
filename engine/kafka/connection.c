#include "kafka/connection.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>

#include "base/certificate.h"
#include "base/printable.h"

struct fault {
    const char *says;  /* in librdkafka's reason; or NULL: */
    int x509_error[3]; /* what the check of the certificate said */
    const char *why, *fix;
    bool is_iam; /* only of the IAM login */
    enum connection_login login;
};

/* clang-format off */
/* The first row that fits counts. No `why` may be part of another's. */
static const struct fault FAULTS[] = {
    {"Too many open files", {0}, "the limit of open files leaves none for a connection",
     "Allow more open files and start pintop again: ulimit -n 1024"},
    {NULL, {X509_V_ERR_CERT_HAS_EXPIRED}, "the broker's certificate has expired",
     "Have it renewed by whoever runs the brokers (MSK renews its own: there it is something in "
     "between, or this machine's clock); if its time isn't over, this machine's clock is wrong: date -u"},
    {NULL, {X509_V_ERR_CERT_NOT_YET_VALID}, "the broker's certificate is not valid yet",
     "This machine's clock may be wrong: date -u"},
    {NULL, {X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH},
     "the broker's certificate is for another host name",
     "Use a name that it carries in -b (the brokers must advertise it too), or have the certificate "
     "made anew"},
    {NULL,
     {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
      X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT},
     "the broker's certificate is signed by a CA that is not trusted here",
     "Point ssl.ca.location at that CA's certificate"},
    {"certificate verify failed", {0}, "the broker's certificate can't be verified",
     "Check ssl.ca.location and this machine's clock"},
    {"certificate required", {0}, "the broker wants a certificate of this client's",
     "Set ssl.certificate.location and ssl.key.location, or use another listener's port"},
    {"SSL handshake failed", {0}, "this port does not speak TLS, and the IAM login is only over TLS",
     "Name the IAM port in -b: 9098 inside the VPC, 9198 from outside, 9094 and 9092 are others; "
     "security.protocol stays SASL_SSL", true},
    {"Unsupported SASL mechanism", {0}, "this port is not for the IAM login",
     "Name the IAM port in -b: 9098 inside the VPC, 9198 from outside", true},
    {"SSL handshake failed", {0}, "the TLS handshake failed, as with a port that does not speak TLS",
     "Use the TLS port, or set security.protocol to PLAINTEXT or SASL_PLAINTEXT"},
    {"Unsupported SASL mechanism", {0}, "this listener does not accept that sasl.mechanism",
     "Set sasl.mechanism to one that this listener has"},
    {"Too many connects", {0}, "the broker takes no more IAM connections a second for now",
     NULL, .login = CONNECTION_LOGIN_BUSY}, /* passes by itself */
    {"Cannot change principals", {0}, "the broker keeps the identity this connection began with",
     "Keep awsRoleSessionName constant, or restart pintop", .login = CONNECTION_LOGIN_REFUSED},
    {"Invalid authentication payload", {0}, "the broker can't read the IAM token",
     "Please report it, with the broker's version", .login = CONNECTION_LOGIN_REFUSED},
    {"Access denied", {0}, "the broker refuses the IAM login: Access denied",
     "Wrong keys or region, a clock that is off, or no kafka-cluster:Connect in the policy: page 4", .login = CONNECTION_LOGIN_DENIED},
    {"invalid_token", {0}, "the broker refuses the token",
     "This listener isn't MSK IAM's, or keys, region or clock are wrong", .login = CONNECTION_LOGIN_REFUSED},
    {"invalid credentials", {0}, "the broker refuses the credentials",
     "Check sasl.mechanism, the user name and the password", .login = CONNECTION_LOGIN_REFUSED},
    {"SASL authentication error", {0}, "the broker refuses the login",
     "Check sasl.mechanism and the credentials", .login = CONNECTION_LOGIN_REFUSED},
    /* Kafka's length comes first: what it was taken for are the letters HTTP, and TLS's alert. */
    {"Invalid response size 1213486160", {0}, "this port speaks HTTP, it is no Kafka broker's",
     "Name the brokers' port in -b, 9092 as a rule; Kafka Connect's address belongs into "
     "pintop.connector.url"},
    {"Invalid response size 35251", {0}, "this port speaks TLS",
     "Set security.protocol to SSL or SASL_SSL, or name the port without TLS in -b"},
    {"security.protocol", {0}, "the broker hangs up at once, before the IAM login",
     "Name the IAM port in -b: 9098 inside the VPC, 9198 from outside, and leave "
     "security.protocol=SASL_SSL", true},
    {"security.protocol", {0}, "the broker ends the connection at once",
     "security.protocol may not be this port's: SSL and SASL_SSL are for TLS ports"},
    {NULL, {0}, ADVERTISED_WHY, "advertised.listeners of the brokers must name an address that works from here (in a "
     "container or behind a tunnel it is often the inside one): correct it there, or run pintop "
     "where that address works"},
    {"brokers are down", {0}, "the brokers hang up on each connection before the IAM login",
     "Name the IAM port in -b: 9098 inside the VPC, 9198 from outside, and leave "
     "security.protocol=SASL_SSL", true},
    {"brokers are down", {0}, "the brokers end each connection without a word",
     "security.protocol may not be this port's: SSL and SASL_SSL are for TLS ports"},
};
/* clang-format on */
enum { N_FAULTS = sizeof(FAULTS) / sizeof(FAULTS[0]) };

static bool is_of(const struct fault *fault, const char *reason,
                  const struct connection_asked *asked)
{
    int x509_error = asked->x509_error;
    if (fault->is_iam && !asked->is_iam) {
        return false;
    }
    if (fault->says) {
        return strstr(reason, fault->says) != NULL;
    }
    for (int i = 0; i < 3; i++) {
        if (x509_error != 0 && fault->x509_error[i] == x509_error) {
            return strstr(reason, "certificate verify failed") != NULL;
        }
    }
    return false;
}

/* "host:port" of "sasl_ssl://host:port/id: what"; len 0: it has none. */
static const char *endpoint_of(const char *reason, size_t *len)
{
    const char *slashes = strstr(reason, "://"), *begin = slashes ? slashes + 3 : reason;
    *len = strcspn(begin, "/ ");
    if (begin[*len] != '/' || memchr(begin, ':', *len) == NULL) {
        *len = 0;
    }
    return begin;
}

/* The broker's own list stands behind the refusal: "…: broker's supported mechanisms: A,B". */
static void add_mechanisms(const char *reason, char *out, size_t cap)
{
    const char *list = strstr(reason, "supported mechanisms: ");
    size_t used = strlen(out);
    if (list && used < cap) {
        list += strlen("supported mechanisms: ");
        snprintf(out + used, cap - used, " (it has %.*s)", (int)strcspn(list, " \n"), list);
    }
}

void connection_explain(const char *reason, const struct connection_asked *asked, char *out,
                        size_t cap)
{
    const char *detail = asked->detail;
    char text[512];
    for (size_t i = 0; i < N_FAULTS; i++) {
        if (is_of(&FAULTS[i], reason, asked)) {
            size_t len;
            const char *endpoint = endpoint_of(reason, &len);
            bool has_detail = !FAULTS[i].says && detail[0];
            snprintf(text, sizeof text, "%.*s%s%s%s%s%s", (int)len, endpoint, len > 0 ? ": " : "",
                     FAULTS[i].why, has_detail ? " (" : "", has_detail ? detail : "",
                     has_detail ? ")" : "");
            add_mechanisms(reason, text, sizeof text);
            printable_str(out, cap, text);
            return;
        }
    }
    /* " (after 0ms in state CONNECT, 3 identical error(s) suppressed)" is librdkafka's own. */
    const char *tail = strstr(reason, " (after ");
    printable_copy(out, cap, reason, tail ? (size_t)(tail - reason) : strlen(reason));
}

static const struct fault *find_fault(const char *text)
{
    for (size_t i = 0; i < N_FAULTS; i++) {
        if (strstr(text, FAULTS[i].why)) {
            return &FAULTS[i];
        }
    }
    return NULL;
}

const char *connection_fix(const char *text)
{
    const struct fault *fault = find_fault(text);
    return fault ? fault->fix : NULL;
}

enum connection_login connection_login(const char *text)
{
    const struct fault *fault = find_fault(text);
    return fault ? fault->login : CONNECTION_LOGIN_OTHER;
}

const char *connection_why(const char *text)
{
    const struct fault *fault = find_fault(text);
    if (fault && strcmp(fault->why, ADVERTISED_WHY) == 0) {
        return text; /* who answered belongs to it */
    }
    return fault ? strstr(text, fault->why) : text;
}

/* ------------------------------------------------------------------ certificates */

void certificate_detail(int x509_error, const void *der, size_t len, char *out, size_t cap)
{
    struct certificate cert;
    char end[32];
    out[0] = '\0';
    if (!certificate_read(der, len, &cert)) {
        return;
    }
    if (x509_error == X509_V_ERR_CERT_HAS_EXPIRED) {
        certificate_time(cert.end_s, end, sizeof end);
        snprintf(out, cap, "ended at %s, of %s, issued by %s", end, cert.subject, cert.issuer);
    } else if (x509_error == X509_V_ERR_HOSTNAME_MISMATCH ||
               x509_error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        snprintf(out, cap, "it names %s", cert.hosts[0] ? cert.hosts : "no host");
    } else {
        snprintf(out, cap, "%s", cert.issuer);
    }
}
