#include "kafka/connection.h"

#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>

#include "base/certificate.h"
#include "base/printable.h"

struct fault {
    const char *says;  /* found in librdkafka's reason; or NULL: */
    int x509_error[3]; /* results of verifying the certificate */
    const char *why, *fix;
    bool is_iam; /* only for the IAM login */
    enum connection_login login;
};

/* clang-format off */
/* The first row that matches counts. No `why` may be part of another row's, because
 * connection_fix finds the row by it. */
static const struct fault FAULTS[] = {
    {"Too many open files", {0}, "no file descriptor is left for a connection",
     "Raise the limit of open files and restart pintop: ulimit -n 1024"},
    {NULL, {X509_V_ERR_CERT_HAS_EXPIRED}, "the broker's certificate has expired",
     "Ask the operator of the brokers to renew it (MSK renews its own: there a proxy or this host's clock is to blame). If it has not expired, the clock of this host is wrong: check date -u"},
    {NULL, {X509_V_ERR_CERT_NOT_YET_VALID}, "the broker's certificate is not valid yet",
     "The clock of this host may be wrong: check date -u"},
    {NULL, {X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH},
     "the broker's certificate is for another host name",
     "Use a host name of the certificate in -b (the brokers must advertise it too), or have the certificate reissued"},
    {NULL,
     {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
      X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT},
     "the broker's certificate is signed by a CA that is not trusted here",
     "Set ssl.ca.location to the certificate of that CA"},
    {"certificate verify failed", {0}, "the broker's certificate cannot be verified",
     "Check ssl.ca.location and the clock of this host"},
    {"certificate required", {0}, "the broker requires a client certificate",
     "Set ssl.certificate.location and ssl.key.location, or use another listener's port"},
    {"SSL handshake failed", {0}, "this port does not speak TLS, which the IAM login needs",
     "Use the IAM port in -b: 9098 inside the VPC, 9198 from outside (9092 and 9094 are for other logins). Keep security.protocol=SASL_SSL", true},
    {"Unsupported SASL mechanism", {0}, "this port does not accept the IAM login",
     "Use the IAM port in -b: 9098 inside the VPC, 9198 from outside", true},
    {"SSL handshake failed", {0}, "the TLS handshake failed, as on a port that does not speak TLS",
     "Use the TLS port, or set security.protocol to PLAINTEXT or SASL_PLAINTEXT"},
    {"Unsupported SASL mechanism", {0}, "this listener does not accept the configured sasl.mechanism",
     "Set sasl.mechanism to one that this listener accepts"},
    {"Too many connects", {0}, "the broker limits new IAM connections per second, and the limit is reached",
     NULL, .login = CONNECTION_LOGIN_BUSY}, /* disappears without a fix */
    {"Cannot change principals", {0}, "the broker does not allow a connection to change its identity",
     "Keep awsRoleSessionName constant, or restart pintop", .login = CONNECTION_LOGIN_REFUSED},
    {"Invalid authentication payload", {0}, "the broker cannot read the IAM token",
     "Report this to the authors of pintop, with the broker's version", .login = CONNECTION_LOGIN_REFUSED},
    {"Access denied", {0}, "the broker denies the IAM login (Access denied)",
     "Check credentials, region, clock, and kafka-cluster:Connect in the policy: page 4 shows them", .login = CONNECTION_LOGIN_DENIED},
    {"invalid_token", {0}, "the broker rejects the token",
     "Check that this is an MSK IAM listener, and check credentials, region and clock", .login = CONNECTION_LOGIN_REFUSED},
    {"invalid credentials", {0}, "the broker rejects the credentials",
     "Check sasl.mechanism, the user name and the password", .login = CONNECTION_LOGIN_REFUSED},
    {"SASL authentication error", {0}, "the broker rejects the login",
     "Check sasl.mechanism and the credentials", .login = CONNECTION_LOGIN_REFUSED},
    /* Kafka's length comes first in an answer: here the letters HTTP, or a TLS alert, were read
     * as a length. */
    {"Invalid response size 1213486160", {0}, "this port speaks HTTP; it does not belong to a Kafka broker",
     "Use the brokers' port in -b, usually 9092. Put the address of Kafka Connect into pintop.connector.url"},
    {"Invalid response size 35251", {0}, "this port speaks TLS",
     "Set security.protocol to SSL or SASL_SSL, or use the port without TLS in -b"},
    {"security.protocol", {0}, "the broker closes the connection before the IAM login",
     "Use the IAM port in -b: 9098 inside the VPC, 9198 from outside. Keep security.protocol=SASL_SSL", true},
    {"security.protocol", {0}, "the broker closes the connection at once",
     "Check that security.protocol fits this port: SSL and SASL_SSL are for TLS ports"},
    {NULL, {0}, ADVERTISED_WHY, "Set advertised.listeners of the brokers to an address that is reachable from here (in a container or behind a tunnel it is often an internal one), or run pintop where the advertised address is reachable"},
    {"brokers are down", {0}, "the brokers close each connection before the IAM login",
     "Use the IAM port in -b: 9098 inside the VPC, 9198 from outside. Keep security.protocol=SASL_SSL", true},
    {"brokers are down", {0}, "the brokers close each connection without an answer",
     "Check that security.protocol fits this port: SSL and SASL_SSL are for TLS ports"},
};
/* clang-format on */
enum { N_FAULTS = sizeof(FAULTS) / sizeof(FAULTS[0]) };

static bool connection_is_of(const struct fault *fault, const char *reason,
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

/* Returns "host:port" of "sasl_ssl://host:port/id: what"; len is 0 when there is none. */
static const char *endpoint_of(const char *reason, size_t *len)
{
    const char *slashes = strstr(reason, "://"), *begin = slashes ? slashes + 3 : reason;
    *len = strcspn(begin, "/ ");
    if (begin[*len] != '/' || memchr(begin, ':', *len) == NULL) {
        *len = 0;
    }
    return begin;
}

/* librdkafka appends the broker's list to the refusal: "…: broker's supported mechanisms: A,B". */
static void add_mechanisms(const char *reason, char *out, size_t cap)
{
    const char *list = strstr(reason, "supported mechanisms: ");
    size_t used = strlen(out);
    if (list && used < cap) {
        list += strlen("supported mechanisms: ");
        snprintf(out + used, cap - used, " (it accepts %.*s)", (int)strcspn(list, " \n"), list);
    }
}

void connection_explain(const char *reason, const struct connection_asked *asked, char *out,
                        size_t cap)
{
    const char *detail = asked->detail;
    char text[512];
    for (size_t i = 0; i < N_FAULTS; i++) {
        if (connection_is_of(&FAULTS[i], reason, asked)) {
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
    /* librdkafka adds " (after 0ms in state CONNECT, 3 identical error(s) suppressed)". */
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
        return text; /* the server that answered is part of this message */
    }
    return fault ? strstr(text, fault->why) : text;
}

/* ------------------------------------------------------------------ what may pass */

/* Returns the first "host:port" that a slash follows, as in "…(host:port/bootstrap: …"; len is 0
 * when there is none. */
static const char *first_endpoint(const char *text, size_t *len)
{
    for (const char *slash = strchr(text, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        const char *begin = slash;
        while (begin > text && strchr(" (/", begin[-1]) == NULL) {
            begin--;
        }
        const char *colon = memchr(begin, ':', (size_t)(slash - begin));
        if (colon != NULL && colon > begin && strspn(slash - 1, "0123456789") == 1) {
            *len = (size_t)(slash - begin);
            return begin;
        }
    }
    *len = 0;
    return text;
}

bool connection_passing(const char *text, char *why, size_t cap, const char **advice)
{
    static const struct {
        const char *says, *why, *advice;
    } rows[] = {
        {"Connection setup timed out", "does not answer connections",
         "`pintop doctor` looks where they end: at a security group, a route, a firewall, or a VPN "
         "that is off. pintop goes on trying"                                         },
        {"Connection refused",         "refuses connections",
         "Start the broker there, or correct the address in -b. pintop goes on trying"},
        {"resolve",                    "is a name that cannot be resolved here",
         "Correct the name in -b, or the DNS of this host. pintop goes on trying"     },
        {"No route to host",           "cannot be reached: this host has no route to it",
         "Check the routes of this host, or its VPN. pintop goes on trying"           },
        {"Network is unreachable",     "cannot be reached: this host has no route to it",
         "Check the routes of this host, or its VPN. pintop goes on trying"           },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strstr(text, rows[i].says) == NULL) {
            continue;
        }
        size_t len;
        const char *endpoint = first_endpoint(text, &len);
        snprintf(why, cap, "%.*s%s %s", (int)len, endpoint, len == 0 ? "the broker" : "",
                 rows[i].why);
        *advice = rows[i].advice;
        return true;
    }
    return false;
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
        snprintf(out, cap, "expired at %s, of %s, issued by %s", end, cert.subject, cert.issuer);
    } else if (x509_error == X509_V_ERR_HOSTNAME_MISMATCH ||
               x509_error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        snprintf(out, cap, "it is for %s", cert.hosts[0] ? cert.hosts : "no host");
    } else {
        snprintf(out, cap, "%s", cert.issuer);
    }
}
