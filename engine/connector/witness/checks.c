/* A connector's configuration, compared with the facts. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/iam.h"
#include "aws/mskconnect.h"
#include "base/clock.h"
#include "base/text.h"
#include "connector/sink.h"
#include "connector/witness/ask.h"

static void __attribute__((format(printf, 3, 4)))
checks_found(struct conn_checks *out, const char *rule, const char *fmt, ...)
{
    const struct rule *is = rules_by_id(rule);
    va_list args;
    if (out->rule != NULL && out->rule->weight >= is->weight)
        return;
    out->rule = is;
    va_start(args, fmt);
    text_put_args(out->says, sizeof out->says, fmt, args);
    va_end(args);
}

/* True for the listener ports of each authentication type; other ports may belong to a proxy. */
static bool is_port_of(const char *auth, const char *encryption, const char *port)
{
    static const struct {
        const char *auth, *encryption, *ports;
    } table[] = {
        {"IAM",  "TLS",       " 9098 9198 20098 "},
        {"NONE", "TLS",       " 9094 9194 20094 "},
        {"NONE", "PLAINTEXT", " 9092 20092 "     },
    };
    char word[16];
    snprintf(word, sizeof word, " %s ", port);
    bool is_msk = false, fits = false;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bool is_there = strstr(table[i].ports, word) != NULL;
        is_msk = is_msk || is_there;
        if (strcmp(table[i].auth, auth) == 0 && strcmp(table[i].encryption, encryption) == 0)
            fits = is_there;
    }
    /* IAM needs one of its own ports; for other types only known wrong ports are reported. */
    return fits || !is_msk;
}

static void check_ports(const struct conn *conn, struct conn_checks *out)
{
    char servers[sizeof conn->bootstrap];
    char *rest = servers, *server;
    if (conn->auth[0] == '\0' || conn->encryption[0] == '\0')
        return;
    text_copy(servers, sizeof servers, conn->bootstrap);
    while ((server = strsep(&rest, ",")) != NULL) {
        const char *port = strrchr(server, ':');
        if (port == NULL || is_port_of(conn->auth, conn->encryption, port + 1))
            continue;
        bool is_iam = strcmp(conn->auth, "IAM") == 0, is_tls = strcmp(conn->encryption, "TLS") == 0;
        checks_found(out, "auth-port-mismatch",
                     "%s has port %s with %s and %s, but that uses port %s", server, port + 1,
                     conn->auth, conn->encryption,
                     is_iam   ? "9098 (9198 from outside)"
                     : is_tls ? "9094 (9194 from outside)"
                              : "9092");
        return;
    }
}

void check_config(const struct conn *conn, const char *bucket_region, struct conn_checks *out)
{
    struct sink sink;
    sink_read(conn, &sink);
    check_ports(conn, out);
    if (sink.is_s3 && bucket_region[0] != '\0' && sink.store_url[0] == '\0' &&
        strcmp(sink.region, bucket_region) != 0)
        checks_found(out, "region-mismatch", "s3.region is %s, but the bucket is in %s",
                     sink.region, bucket_region);
    if (conn->has_log_delivery && conn->log_group[0] == '\0')
        checks_found(out, "no-logs", "%s", "");
}

/* Returns "demo-s3-plugin" of its ARN. */
static const char *name_of_plugin(const struct conn *conn)
{
    const char *name = strstr(conn->plugin_arn, "custom-plugin/");
    return name != NULL ? name + strlen("custom-plugin/") : conn->plugin_arn;
}

static pt_code check_plugin(struct aws_client *client, const struct aws_keys *keys,
                            const struct conn *conn, struct conn_checks *out, struct pt_error *err)
{
    struct mskc_plugin plugin;
    if (conn->plugin_arn[0] == '\0')
        return PT_OK;
    pt_code code = mskc_describe_plugin(client, keys, conn->plugin_arn, &plugin, err);
    if (code == PT_ENOTFOUND)
        checks_found(out, "plugin-not-active", "the custom plugin %s does not exist any more",
                     name_of_plugin(conn));
    else if (code == PT_OK && strstr(plugin.state, "FAILED") != NULL)
        checks_found(out, "plugin-not-active", "%s is %s: %s", name_of_plugin(conn), plugin.state,
                     plugin.message);
    return code;
}

static const char *name_of_role(const char *arn)
{
    const char *name = strrchr(arn, '/');
    return name != NULL ? name + 1 : arn;
}

static pt_code check_role(struct aws_client *client, const struct aws_keys *keys,
                          const struct conn *conn, struct conn_checks *out, struct pt_error *err)
{
    struct iam_role role;
    if (conn->role_arn[0] == '\0')
        return PT_OK;
    const char *name = name_of_role(conn->role_arn);
    pt_code code = iam_get_role(client, keys, name, &role, err);
    if (code == PT_ENOTFOUND) {
        checks_found(out, "msk-role-gone", "the role %s does not exist any more", name);
        snprintf(out->rights, sizeof out->rights, "%.100s does not exist any more", name);
        out->are_rights_bad = true;
    } else if (code == PT_OK) {
        bool is_trusting =
            role.trust != NULL && strstr(role.trust, "kafkaconnect.amazonaws.com") != NULL;
        if (!is_trusting)
            checks_found(out, "role-trust",
                         "the trust policy of %s does not name kafkaconnect.amazonaws.com", name);
        out->are_rights_bad = !is_trusting;
        snprintf(out->rights, sizeof out->rights, "%.100s %s kafkaconnect", name,
                 is_trusting ? "trusts" : "does not trust");
        iam_role_done(&role);
    } else if (code != PT_ECANCELLED) {
        text_put(out->rights, sizeof out->rights, "unknown: %s", err->what);
    }
    return code;
}

/* ------------------------------------------------------------------ what many have in common */

enum { KEPT_MS = 5 * 60000 };

typedef pt_code (*check_fn)(struct aws_client *client, const struct aws_keys *keys,
                            const struct conn *conn, struct conn_checks *out, struct pt_error *err);

static struct checks_kept *find_kept(struct checks_memory *memory, const char *id)
{
    for (int i = 0; i < CHECKS_KEPT; i++)
        if (strcmp(memory->kept[i].id, id) == 0)
            return &memory->kept[i];
    return NULL;
}

static void checks_keep(struct checks_memory *memory, const char *id,
                        const struct conn_checks *part)
{
    struct checks_kept *kept = find_kept(memory, id);
    if (kept == NULL)
        kept = &memory->kept[memory->next++ % CHECKS_KEPT];
    text_copy(kept->id, sizeof kept->id, id);
    kept->asked_ms = clock_even_ms();
    kept->found = *part;
}

/* The most severe rule is kept; permissions come from one part only. */
static void checks_join(struct conn_checks *out, const struct conn_checks *part, int64_t age_ms)
{
    if (part->rule != NULL)
        checks_found(out, part->rule->id, "%s", part->says);
    if (part->rights[0] != '\0')
        text_copy(out->rights, sizeof out->rights, part->rights);
    out->are_rights_bad = out->are_rights_bad || part->are_rights_bad;
    out->age_ms = age_ms > out->age_ms ? age_ms : out->age_ms;
}

static pt_code check_once(struct aws_client *client, const struct aws_keys *keys,
                          const struct conn *conn, check_fn check, const char *id,
                          struct checks_memory *memory, bool is_anew, struct conn_checks *out,
                          struct pt_error *err)
{
    struct checks_kept *kept = id[0] != '\0' ? find_kept(memory, id) : NULL;
    int64_t age_ms = kept != NULL ? clock_even_ms() - kept->asked_ms : 0;
    if (kept != NULL && !is_anew && age_ms < KEPT_MS) {
        checks_join(out, &kept->found, age_ms);
        return PT_OK;
    }
    struct conn_checks part = {0};
    pt_code code = check(client, keys, conn, &part, err);
    /* A fault is checked again next time, because it may have been fixed. */
    if ((code == PT_OK || code == PT_EAUTH) && part.rule == NULL && id[0] != '\0')
        checks_keep(memory, id, &part);
    checks_join(out, &part, 0);
    return code;
}

pt_code ask_checks(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                   const char *bucket_region, struct checks_memory *memory, bool is_anew,
                   struct conn_checks *out, struct pt_error *err)
{
    struct pt_error why;
    memset(out, 0, sizeof *out);
    check_config(conn, bucket_region, out);
    pt_code code =
        check_once(client, keys, conn, check_plugin, conn->plugin_arn, memory, is_anew, out, &why);
    if (code != PT_ECANCELLED)
        code =
            check_once(client, keys, conn, check_role, conn->role_arn, memory, is_anew, out, &why);
    if (code == PT_ECANCELLED || code == PT_ENOMEM) {
        *err = why;
        return code;
    }
    return PT_OK;
}
