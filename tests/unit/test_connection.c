/* librdkafka's reasons for a failed connection, in the words that the operator reads. The
 * reasons were recorded with librdkafka 2.0.2 and Apache Kafka 3.9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "kafka/connection.h"
#include "kafka/handle.h"

#define VERIFY_FAILED                                                                              \
    "sasl_ssl://127.0.0.1:30328/bootstrap: SSL handshake failed: error:0A000086:SSL "              \
    "routines::certificate verify failed: broker certificate could not be verified, verify that "  \
    "ssl.ca.location is correctly configured or root CA certificates are installed (install "      \
    "ca-certificates package) (after 2ms in state SSL_HANDSHAKE)"

static void explain(const char *reason, int x509_error, const char *detail, char *out, size_t cap)
{
    const struct connection_asked asked = {.x509_error = x509_error, .detail = detail};
    connection_explain(reason, &asked, out, cap);
}

/* MSK's IAM login has its own ports: the fix names them, and never advises less security. */
static void the_iam_login_is_sent_to_its_port(void **state)
{
    static const char *const reasons[] = {
        "sasl_ssl://b-1:9092/bootstrap: SSL handshake failed: error:0A000126:SSL "
        "routines::unexpected eof while reading (after 5002ms in state SSL_HANDSHAKE)",
        "sasl_ssl://b-1:9096/bootstrap: SASL OAUTHBEARER mechanism handshake failed: Broker: "
        "Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-512",
        "sasl_ssl://b-1:9094/bootstrap: Disconnected: verify that security.protocol is correctly "
        "configured, broker might require SASL authentication",
        "3/3 brokers are down",
    };
    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const struct connection_asked asked = {.detail = "", .is_iam = true};
        char text[300];
        connection_explain(reasons[i], &asked, text, sizeof text);
        const char *fix = connection_fix(text);
        if (fix == NULL || strstr(fix, "9098") == NULL || strstr(fix, "9198") == NULL ||
            strstr(fix, "PLAINTEXT") != NULL)
            fail_msg("'%s': '%s'", text, fix ? fix : "no fix");
    }
}

static void each_fault_is_named_with_its_fix(void **state)
{
    /* clang-format off */
    static const struct {
        const char *reason;
        int x509_error;
        const char *detail, *text, *in_fix;
    } cases[] = {
        {"127.0.0.1:39193/bootstrap: Failed to create socket: Too many open files", 0, "",
         "127.0.0.1:39193: no file descriptor is left for a connection", "ulimit -n"},
        {VERIFY_FAILED,                                                                           X509_V_ERR_CERT_HAS_EXPIRED,          "its last day was 2026-11-25",
         "127.0.0.1:30328: the broker's certificate has expired (its last day was 2026-11-25)",                                                                                                                                                             "clock"          },
        {VERIFY_FAILED,                                                                           X509_V_ERR_HOSTNAME_MISMATCH,         "it is for b-1.example",
         "127.0.0.1:30328: the broker's certificate is for another host name (it is for "
         "b-1.example)",                                                                                                                                                                                                                                    "-b"             },
        {VERIFY_FAILED,                                                                           X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "a CA",
         "127.0.0.1:30328: the broker's certificate is signed by a CA that is not trusted here (a "
         "CA)",                                                                                                                                                                                                                                             "ssl.ca.location"},
        {VERIFY_FAILED,                                                                           X509_V_ERR_CERT_REVOKED,              "a CA",
         "127.0.0.1:30328: the broker's certificate cannot be verified",                                                                                                                                                                                     "ssl.ca.location"},
        {"sasl_ssl://127.0.0.1:30323/bootstrap: SSL handshake failed: error:0A000126:SSL "
         "routines::unexpected eof while reading (after 5002ms in state SSL_HANDSHAKE)", 0,                                    "",                            "127.0.0.1:30323: the TLS handshake failed, as on a port that does not speak TLS",
         "PLAINTEXT"                                                                                                                                                                                                                                                         },
        {"sasl_ssl://127.0.0.1:30324/bootstrap: SASL PLAIN mechanism handshake failed: Broker: "
         "Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-512 (after 1ms in "
         "state AUTH_HANDSHAKE)",                                                        0,                                    "",
         "127.0.0.1:30324: this listener does not accept the configured sasl.mechanism (it accepts "
         "SCRAM-SHA-512)",                                                                                                                                                                                                                                  "sasl.mechanism" },
        {"sasl_ssl://127.0.0.1:30324/bootstrap: SASL authentication error: Authentication failed "
         "during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512 "
         "(after 305ms in state AUTH_REQ)",                                              0,                                    "",                            "127.0.0.1:30324: the broker rejects the credentials",                               "password"       },
        {"h:8083/bootstrap: Receive failed: Invalid response size 1213486160 (0..100000000): increase "
         "receive.message.max.bytes", 0, "", "h:8083: this port speaks HTTP; it does not belong to a Kafka broker", "pintop.connector.url"},
        {"h:9094/bootstrap: Receive failed: Invalid response size 352518912 (0..100000000): increase "
         "receive.message.max.bytes", 0, "", "h:9094: this port speaks TLS", "security.protocol"},
        {"1/1 brokers are down",                                                                  0,                                    "",                            "the brokers close each connection without an answer",
         "security.protocol"                                                                                                                                                                                                                                                 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[300];
        explain(cases[i].reason, cases[i].x509_error, cases[i].detail, text,
                           sizeof text);
        assert_string_equal(text, cases[i].text);
        assert_true(connection_why(text) == strstr(text, "the ") || strstr(text, "no file descriptor") ||
                    strstr(text, "this listener") ||
                    strstr(text, "this port speaks"));
        const char *fix = connection_fix(text);
        assert_non_null(fix);
        if (!strstr(fix, cases[i].in_fix))
            fail_msg("%s: the fix is \"%s\"", text, fix);
    }
}

/* A fault that may pass is reported as it is, and has no fix, because a fix would end the wait. */
static void other_reasons_stay(void **state)
{
    char text[300];
    (void)state;
    explain("127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection "
                       "refused (after 0ms in state CONNECT, 3 identical error(s) suppressed)",
                       X509_V_ERR_CERT_HAS_EXPIRED, "of an older failure", text, sizeof text);
    assert_string_equal(
        text, "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused");
    assert_null(connection_fix(text));
    assert_ptr_equal(connection_why(text), text);
    assert_null(connection_fix(""));
}

static void what_may_pass_is_told_with_its_address(void **state)
{
    static const struct {
        const char *text, *why, *in_advice;
    } rows[] = {
        {"ask the cluster for its topics: the connection to the broker failed "
         "(127.0.0.1:58161/bootstrap: Connection setup timed out in state CONNECT)",
         "127.0.0.1:58161 does not answer connections",                             "security group"},
        {"sasl_ssl://b-1.x.kafka.eu-west-1.amazonaws.com:9098/1: Connect to ipv4#10.0.0.7:9098 "
         "failed: Connection refused",
         "b-1.x.kafka.eu-west-1.amazonaws.com:9098 refuses connections",            "Start the broker"},
        {"ssl://[::1]:9094/bootstrap: Connect to ipv6#[::1]:9094 failed: Network is unreachable",
         "[::1]:9094 cannot be reached: this host has no route to it",              "VPN"},
        {"nowhere:9092/bootstrap: Failed to resolve 'nowhere:9092': Name or service not known",
         "nowhere:9092 is a name that cannot be resolved here",                     "DNS"},
        {"Connection refused",                                   "the broker refuses connections",
         "Start the broker"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[200];
        const char *advice = NULL;
        assert_true(connection_passing(rows[i].text, why, sizeof why, &advice));
        assert_string_equal(why, rows[i].why);
        assert_non_null(strstr(advice, rows[i].in_advice));
        assert_null(connection_fix(rows[i].text));
    }
    char why[200];
    const char *advice = NULL;
    assert_false(connection_passing("b-1:9098/1: Disconnected", why, sizeof why, &advice));
    assert_false(connection_passing("", why, sizeof why, &advice));
}

static void what_comes_from_the_broker_is_made_printable_and_fits(void **state)
{
    char text[40], whole[300];
    (void)state;
    explain(VERIFY_FAILED, X509_V_ERR_HOSTNAME_MISMATCH, "it is for \033[31mred", whole,
                       sizeof whole);
    assert_null(strchr(whole, '\033'));
    explain(VERIFY_FAILED, X509_V_ERR_HOSTNAME_MISMATCH, "", text, sizeof text);
    assert_true(strlen(text) < sizeof text);
    explain("a://b: Unsupported SASL mechanism: broker's supported mechanisms: A,\033B",
                       0, "", whole, sizeof whole);
    assert_null(strchr(whole, '\033'));
}

static void an_error_takes_over_the_words_and_the_fix(void **state)
{
    struct pt_error err;
    char text[300];
    (void)state;
    explain(VERIFY_FAILED, X509_V_ERR_CERT_HAS_EXPIRED, "", text, sizeof text);
    kafka_error(&err, RD_KAFKA_RESP_ERR__TRANSPORT, "topics", text);
    assert_string_equal(err.what, "topics: 127.0.0.1:30328: the broker's certificate has expired");
    assert_non_null(strstr(err.fix, "renew it"));
}

/* ---- certificates ---- */

static int make_certificate(unsigned char **der)
{
    X509 *cert = X509_new();
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_NAME *name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"a CA", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    ASN1_TIME_set_string(X509_getm_notBefore(cert), "20260101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(cert), "20261125120000Z");
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:b-1.example,IP:10.0.0.1");
    X509_add_ext(cert, names, -1);
    X509_set_pubkey(cert, key);
    X509_sign(cert, key, EVP_sha256());
    int len = i2d_X509(cert, der);
    X509_EXTENSION_free(names);
    EVP_PKEY_free(key);
    X509_free(cert);
    return len;
}

static void a_certificate_tells_why(void **state)
{
    char out[100];
    unsigned char *der = NULL;
    int len = make_certificate(&der);
    (void)state;
    assert_true(len > 0);
    certificate_detail(X509_V_ERR_CERT_HAS_EXPIRED, der, (size_t)len, out, sizeof out);
    assert_string_equal(out, "expired at 2026-11-25 12:00:00Z, of a CA, issued by a CA");
    certificate_detail(X509_V_ERR_HOSTNAME_MISMATCH, der, (size_t)len, out, sizeof out);
    assert_string_equal(out, "it is for b-1.example");
    certificate_detail(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, der, (size_t)len, out, sizeof out);
    assert_string_equal(out, "a CA");
    certificate_detail(X509_V_ERR_HOSTNAME_MISMATCH, der, (size_t)len, out, 12);
    assert_string_equal(out, "it is for b");
    certificate_detail(X509_V_ERR_CERT_HAS_EXPIRED, der, 20, out, sizeof out);
    assert_string_equal(out, "");
    OPENSSL_free(der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_iam_login_is_sent_to_its_port),
        cmocka_unit_test(each_fault_is_named_with_its_fix),
        cmocka_unit_test(other_reasons_stay),
        cmocka_unit_test(what_may_pass_is_told_with_its_address),
        cmocka_unit_test(what_comes_from_the_broker_is_made_printable_and_fits),
        cmocka_unit_test(an_error_takes_over_the_words_and_the_fix),
        cmocka_unit_test(a_certificate_tells_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
