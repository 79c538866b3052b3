#include "config/apply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/secret.h"
#include "base/url.h"
#include "config/decimal.h"
#include "config/iam.h"
#include "config/kafkaprops.h"
#include "config/oidc.h"
#include "config/paths.h"
#include "config/properties.h"
#include "config/redact.h"
#include "config/slips.h"
#include "pintop/units.h"

enum { JAVA_MAX = 8192 };

pt_code apply_init(struct apply *apply, struct pt_config *cfg, struct pt_error *err)
{
    *apply = (struct apply){.cfg = cfg, .scratch = rd_kafka_conf_new()};
    buf_init(&apply->java, JAVA_MAX);
    if (apply->scratch == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    return PT_OK;
}

void apply_done(struct apply *apply)
{
    if (apply->scratch)
        rd_kafka_conf_destroy(apply->scratch);
    buf_done(&apply->java);
    free(apply->store);
    free(apply->store_origin);
}

/* -- names that nobody knows ----------------------------------------------------------------- */

static pt_code apply_unknown(const char *name, const char *value, const char *where,
                             struct pt_error *err)
{
    struct nearest nearest;
    char shown[96], fix[PT_FIX_MAX];
    bool is_ours = strncmp(name, "pintop.", 7) == 0;
    nearest_init(&nearest, name);
    for (int i = 0; i < OPTION_COUNT; i++)
        nearest_offer(&nearest, option_table[i].name);
    if (!is_ours) {
        kafkaprops_nearest(&nearest);
        kafkaprops_nearest_java(&nearest);
    }
    redact_name(name, nearest.best != NULL, *value != 0, shown, sizeof shown);
    if (nearest.best)
        snprintf(fix, sizeof fix, "Did you mean %s?", nearest.best);
    else if (is_ours)
        snprintf(fix, sizeof fix, "List pintop's properties with `pintop config`");
    else
        snprintf(fix, sizeof fix, "Remove it, or correct it to a property of librdkafka %s",
                 rd_kafka_version_str());
    return pt_error_set(err, PT_ECONFIG, fix, "%.160s: unknown property %s", where, shown);
}

/* -- pintop's ------------------------------------------------------------------------------- */

static pt_code set_path(struct apply *apply, int option, const char *value,
                        const struct apply_where *where, struct pt_error *err)
{
    char home[4096];
    struct buf path;
    if (strncmp(value, "~/", 2) != 0 || !paths_home(home, sizeof home))
        return store_set_option(apply->cfg, option, value, where->origin, err);
    buf_init(&path, PROPERTIES_LINE_MAX);
    buf_printf(&path, "%s%s", home, value + 1);
    pt_code code = path.is_over
                       ? pt_error_set(err, PT_ENOMEM, NULL, "%.160s: out of memory", where->error)
                       : store_set_option(apply->cfg, option, path.data, where->origin, err);
    buf_done(&path);
    return code;
}

static pt_code apply_option(struct apply *apply, const char *name, const char *value,
                            const struct apply_where *where, struct pt_error *err)
{
    int option = option_find(name);
    if (option < 0)
        return apply_unknown(name, value, where->error, err);
    if (*value == 0 && strcmp(name, "pintop.msk.cluster") == 0)
        return pt_error_set(err, PT_ECONFIG,
                            "Set the name or ARN of a cluster, or remove the property",
                            "%.120s: %s is empty", where->error, name);
    if (*value == 0 && !option_table[option].is_empty_ok)
        return store_set_option(apply->cfg, option, NULL, NULL, err);
    char plain[24];
    int64_t number;
    if (option_table[option].kind == OPTION_INT && pt_unit_plain(name, value, &number)) {
        snprintf(plain, sizeof plain, "%" PRId64, number);
        value = plain;
    }
    pt_code code = option_check(&option_table[option], value, where->error, err);
    if (code != PT_OK)
        return code;
    if (option_table[option].kind == OPTION_PATH)
        return set_path(apply, option, value, where, err);
    return store_set_option(apply->cfg, option, value, where->origin, err);
}

/* -- servers -------------------------------------------------------------------------------- */

/* The part before ://; http is not allowed. */
static bool is_protocol(const char *word, size_t len)
{
    static const char *const protocols[] = {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"};
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (strlen(protocols[i]) == len && strncasecmp(protocols[i], word, len) == 0)
            return true;
    return false;
}

/* Returns why it is not host, host:port, [v6]:port or PROTOCOL://host:port; NULL when it is. */
static const char *server_fault(const char *text, size_t len)
{
    char server[300];
    while (len > 0 && *text == ' ') {
        text++;
        len--;
    }
    while (len > 0 && text[len - 1] == ' ')
        len--;
    if (len == 0 || len >= sizeof server)
        return len == 0 ? "is empty" : "is too long";
    memcpy(server, text, len);
    server[len] = 0;
    char *host = strstr(server, "://");
    if (host && !is_protocol(server, (size_t)(host - server)))
        return "begins with a scheme that Kafka does not use";
    host = host ? host + 3 : server;
    if (strcasecmp(host, "embedded") == 0)
        return "is the word embedded, which must stand alone";
    return url_host_fault(host, strlen(host));
}

/* A user name and password are not shown; without a scheme they cannot be recognised by their
 * shape. */
static pt_code refuse_servers(const char *name, const char *value, int n, const char *fault,
                              const char *where, struct pt_error *err)
{
    bool is_shown = strchr(value, '@') == NULL;
    return pt_error_set(err, PT_ECONFIG, "Write HOST:PORT[,HOST:PORT...], or embedded",
                        "%.120s: %s%s%.120s: this is not a list of servers: number %d %s", where,
                        name, is_shown ? "=" : "", is_shown ? value : "", n, fault);
}

static pt_code apply_servers(struct apply *apply, const char *name, const char *value,
                             const struct apply_where *where, struct pt_error *err)
{
    /* An unset variable of the shell must not select another cluster. */
    if (*value == 0)
        return pt_error_set(err, PT_ECONFIG,
                            "Write HOST:PORT[,HOST:PORT...] or embedded, or remove the property",
                            "%.120s: %s is empty", where->error, name);
    bool is_embedded = strcmp(value, "embedded") == 0;
    int n = 0;
    for (const char *p = value; !is_embedded; p++) {
        size_t len = strcspn(p, ",");
        const char *fault = server_fault(p, len);
        n++;
        /* A placeholder that was never filled in has a message of its own: servers.h. */
        if (fault != NULL && !slips_is_placeholder(value, false))
            return refuse_servers(name, value, n, fault, where->error, err);
        p += len;
        if (*p == 0)
            break;
    }
    return store_set_extra(apply->cfg, name, value, where->origin, !is_embedded, err);
}

/* -- AWS's and Java's ----------------------------------------------------------------------- */

/* The properties of a client.properties for MSK IAM that pintop handles itself. */
static bool apply_is_aws(const char *name, const char *value)
{
    if (strcmp(name, "sasl.mechanism") == 0 || strcmp(name, "sasl.mechanisms") == 0)
        return strcmp(value, "AWS_MSK_IAM") == 0;
    return iam_is_handler(name, value) || strcmp(name, "sasl.jaas.config") == 0;
}

/* True for a value that only the Java client can use, of a property that both have. */
static bool is_java_value(const char *name, const char *value)
{
    return strcmp(name, "partition.assignment.strategy") == 0 && strchr(value, '.') != NULL;
}

/* Notes Java's truststore, for the warning that names its replacement. */
static pt_code note_store(struct apply *apply, const char *path, const struct apply_where *where,
                          struct pt_error *err)
{
    free(apply->store);
    free(apply->store_origin);
    apply->store = strdup(path);
    apply->store_origin = strdup(where->origin);
    return apply->store != NULL && apply->store_origin != NULL
               ? PT_OK
               : pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
}

static pt_code note_java(struct apply *apply, const char *name, const struct apply_where *where)
{
    char shown[96];
    redact_name(name, kafkaprops_is_java(name), true, shown, sizeof shown);
    buf_printf(&apply->java, "%s%s (%.120s)", apply->java.len ? ", " : "", shown, where->origin);
    return PT_OK;
}

/* Without this warning a TLS connection would fail without a visible reason. */
static pt_code warn_store(struct apply *apply, struct pt_error *err)
{
    char text[900];
    if (apply->store == NULL || store_find_extra(apply->cfg, "ssl.ca.location") != NULL ||
        store_find_extra(apply->cfg, "ssl.ca.pem") != NULL)
        return PT_OK;
    if (apply->is_store_pem)
        snprintf(text, sizeof text,
                 "ssl.truststore.location (%.120s) is not used by pintop; the file is PEM, so set "
                 "ssl.ca.location=%.300s",
                 apply->store_origin, apply->store);
    else
        snprintf(text, sizeof text,
                 "ssl.truststore.location (%.120s) is a Java key store (JKS or PKCS#12), which "
                 "pintop cannot read: pintop uses the trusted certificates of this host, which "
                 "include the CA of MSK's brokers. For a CA of your own run `keytool -list -rfc "
                 "-keystore %.200s > ca.pem`, then set ssl.ca.location=ca.pem",
                 apply->store_origin, apply->store);
    return store_warn(apply->cfg, text, err);
}

static pt_code warn_java(struct apply *apply, struct pt_error *err)
{
    struct buf text;
    pt_code code;
    if (apply->java.len == 0)
        return PT_OK;
    buf_init(&text, 2 * JAVA_MAX);
    buf_printf(&text, "Java client properties that pintop does not use: %s%s", apply->java.data,
               apply->java.is_over ? ", and more" : "");
    code = text.is_over ? pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory")
                        : store_warn(apply->cfg, text.data, err);
    buf_done(&text);
    return code;
}

pt_code apply_warn(struct apply *apply, struct pt_error *err)
{
    pt_code code = warn_java(apply, err);
    return code == PT_OK ? warn_store(apply, err) : code;
}

/* -- librdkafka's --------------------------------------------------------------------------- */

static pt_code apply_refused(const char *name, const char *where, const char *why,
                             const char *allowed, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    /* librdkafka may quote the value. */
    if (secret_is_name(name))
        return pt_error_set(err, PT_ECONFIG,
                            "Correct its value (not shown, because it is a secret)",
                            "%.160s: %s: librdkafka rejects it", where, name);
    if (*allowed)
        snprintf(fix, sizeof fix, "Allowed: %.180s", allowed);
    else
        snprintf(fix, sizeof fix, "Correct its value, or remove it");
    return pt_error_set(err, PT_ECONFIG, fix, "%.120s: %s: %.160s", where, name, why);
}

/* librdkafka reads 1s as 1 and 10k as 10, without an error. Java's client refuses units, so a
 * file for both must not contain them: the fix says what to write. */
static pt_code refuse_half_read(const char *name, const char *value, const char *where,
                                const char *allowed, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    int64_t number;
    if (pt_unit_plain(name, value, &number))
        snprintf(fix, sizeof fix, "Write %.80s=%" PRId64, name, number);
    else
        snprintf(fix, sizeof fix, "Write a plain number%s%.80s", *allowed ? ", " : "", allowed);
    return pt_error_set(
        err, PT_ECONFIG, fix,
        "%.160s: %s=%.60s: this is not a plain number, and librdkafka would read only its digits",
        where, name, value);
}

static pt_code apply_kafka(struct apply *apply, const char *name, const char *value,
                           const struct apply_where *where, struct pt_error *err)
{
    char why[512], allowed[256];
    /* Java's way to disable the check of the server's host name. */
    if (strcmp(name, "ssl.endpoint.identification.algorithm") == 0 && *value == 0)
        value = "none";
    enum kafkaprops_verdict verdict =
        kafkaprops_try(apply->scratch, name, value, why, sizeof why, allowed, sizeof allowed);
    int64_t plain;
    if (verdict == KAFKAPROPS_HALF_READ ||
        (verdict == KAFKAPROPS_REFUSED && pt_unit_plain(name, value, &plain)))
        return refuse_half_read(name, value, where->error, allowed, err);
    if (verdict == KAFKAPROPS_OK)
        return store_set_extra(apply->cfg, name, value, where->origin, true, err);
    if (strcmp(name, "ssl.truststore.location") == 0 && *value != '\0')
        return note_store(apply, value, where, err);
    if (strcmp(name, "ssl.truststore.type") == 0)
        apply->is_store_pem = strcasecmp(value, "PEM") == 0;
    if (kafkaprops_is_java(name))
        return note_java(apply, name, where);
    if (verdict == KAFKAPROPS_UNKNOWN)
        return apply_unknown(name, value, where->error, err);
    return apply_refused(name, where->error, why, allowed, err);
}

static pt_code apply_trimmed(struct apply *apply, const char *name, const char *value,
                             const struct apply_where *where, struct pt_error *err)
{
    pt_code code = slips_check(apply->cfg, name, value, where->error, err);
    if (code != PT_OK)
        return code;
    if (strncmp(name, "pintop.", 7) == 0)
        return apply_option(apply, name, value, where, err);
    if (strcmp(kafkaprops_canonical(name), "metadata.broker.list") == 0)
        return apply_servers(apply, name, value, where, err);
    if (apply_is_aws(name, value))
        return store_set_extra(apply->cfg, name, value, where->origin, false, err);
    if (strcmp(name, "sasl.oauthbearer.token.endpoint.url") == 0 && url_fault(value, false) != NULL)
        return pt_error_set(err, PT_ECONFIG, "Set it to https://HOST:PORT/PATH",
                            "%.160s: %s: it %s", where->error, name, url_fault(value, false));
    if (oidc_is_unsupported(name))
        return oidc_refuse(where->error, err);
    if (is_java_value(name, value))
        return note_java(apply, name, where);
    return apply_kafka(apply, name, value, where, err);
}

pt_code apply_property(struct apply *apply, const char *name, const char *value,
                       const struct apply_where *where, struct pt_error *err)
{
    size_t len = strlen(value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    /* A blank at the end of a password may be intended; elsewhere it is a mistake. */
    if (value[len] == 0 || secret_is_name(name))
        return apply_trimmed(apply, name, value, where, err);
    char *trimmed = strndup(value, len);
    if (trimmed == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    pt_code code = apply_trimmed(apply, name, trimmed, where, err);
    free(trimmed);
    return code;
}
