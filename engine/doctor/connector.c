/* The check of the connector: which one it is, its state, and its configuration against the rest of
 * the setup. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aws/mskconnect.h"
#include "base/text.h"
#include "config/settings.h"
#include "connector/backend/backend.h"
#include "connector/sink.h"
#include "connector/witness/ask.h"
#include "doctor/connect.h"

enum { CONNECTORS_SEEN = 1000, FLAWS_TEXT_MAX = 4000 };

/* ------------------------------------------------------------------ which one */

/* "0a1b-connector" is of 0a1b, "0a1bc-connector" is not. */
static bool is_connector_of(const char *name, const char *user)
{
    size_t len = strlen(user);
    return strncmp(name, user, len) == 0 && !isalnum((unsigned char)name[len]);
}

/* Without its usual name, the only one that is named after the operator. */
static const struct mskc_connector *connector_guess(const struct mskc_connectors *all,
                                                    const char *user, char *names, size_t cap,
                                                    size_t *n)
{
    const struct mskc_connector *chosen = NULL;
    size_t used = 0;
    *n = 0;
    names[0] = '\0';
    for (size_t i = 0; i < all->n; i++) {
        if (!is_connector_of(all->items[i].name, user))
            continue;
        chosen = &all->items[i];
        if (used < cap)
            used += (size_t)snprintf(names + used, cap - used, "%s%s", *n > 0 ? ", " : "",
                                     chosen->name);
        ++*n;
    }
    return *n == 1 ? chosen : NULL;
}

static bool connector_choose(const struct mskc_connectors *all, const char *own, const char *user,
                             char *name, size_t name_cap, char *arn, size_t cap,
                             struct pt_error *err)
{
    const struct mskc_connector *chosen = NULL;
    char names[600];
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->items[i].name, name) == 0)
            chosen = &all->items[i];
    if (chosen == NULL && all->is_truncated) {
        pt_error_set(err, PT_EFULL,
                     own != NULL ? "Look for it by hand: AWS console, Amazon MSK > MSK Connect"
                                 : "Name yours: -X pintop.connector.name=NAME",
                     "there are more than %d connectors whose names begin with %s, and %s is not "
                     "among the first ones",
                     CONNECTORS_SEEN, own != NULL ? own : user, name);
        return false;
    }
    if (chosen == NULL && own == NULL)
        chosen = connector_guess(all, user, names, sizeof names, &n);
    text_copy(arn, cap, chosen != NULL ? chosen->arn : "");
    if (chosen != NULL)
        text_copy(name, name_cap, chosen->name);
    if (chosen != NULL || n < 2)
        return true;
    pt_error_set(err, PT_ECONFIG, "Name yours: -X pintop.connector.name=NAME",
                 "several connectors are named after %s, and none of them %s: %s", user, name,
                 names);
    return false;
}

bool connect_find(struct check *check, char *arn, size_t cap, char *name, size_t name_cap,
                  struct pt_error *err)
{
    const char *own = check_set(check, "pintop.connector.name");
    const char *user = check_set(check, "pintop.user.id");
    struct mskc_connectors all;
    arn[0] = name[0] = '\0';
    if (own == NULL && user == NULL) {
        pt_error_set(err, PT_ENAME, "Set pintop.user.id, or pintop.connector.name.",
                     "needs user.id: the connector's name is not known");
        return false;
    }
    if (own != NULL)
        text_copy(name, name_cap, own);
    else
        snprintf(name, name_cap, "%s-connector", user);
    if (mskc_list(check->client, check->keys, own != NULL ? own : user, CONNECTORS_SEEN, &all,
                  err) != PT_OK)
        return false;
    bool is_found = connector_choose(&all, own, user, name, name_cap, arn, cap, err);
    mskc_connectors_done(&all);
    return is_found;
}

static pt_code connector_keys(void *arg, struct aws_client *aws, struct aws_keys *out,
                              struct pt_error *err)
{
    (void)aws;
    return aws_keys_copy(out, arg) ? PT_OK
                                   : pt_error_set(err, PT_ENOMEM, NULL, "AWS: out of memory");
}

static pt_code connector_read(struct check *check, const char *arn, struct conn *out,
                              struct pt_error *err)
{
    struct conn_backend backend;
    struct conn known;
    struct aws_keys keys = {0};
    const struct conn_access access = {
        .net = check->client->net, .aws = check->client, .keys_arg = &keys, .keys = connector_keys};
    if (!aws_keys_copy(&keys, check->keys))
        return pt_error_set(err, PT_ENOMEM, NULL, "AWS: out of memory");
    conn_init(&known);
    text_copy(known.id, sizeof known.id, arn);
    conn_backend_init(&backend, &conn_mskconnect, &access);
    pt_code code = conn_mskconnect.read(&backend, &known, out, err);
    aws_keys_done(&keys);
    return code;
}

/* ------------------------------------------------------------------ its configuration */

/* What does not fit, all of it, and the worst one's next step. */
struct connector_flaws {
    enum { FLAWS_NONE, FLAWS_WARN, FLAWS_FAIL } worst;
    struct buf says;
    struct buf unseen, needs; /* what was not compared, and the checks that would tell it */
    char fix[700];
};

static void connector_flaw(struct connector_flaws *flaws, int weight, const char *fix,
                           const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void connector_flaw(struct connector_flaws *flaws, int weight, const char *fix,
                           const char *fmt, ...)
{
    char text[700];
    va_list args;
    va_start(args, fmt);
    text_put_args(text, sizeof text, fmt, args);
    va_end(args);
    buf_printf(&flaws->says, "; %s", text);
    if (weight <= (int)flaws->worst)
        return;
    flaws->worst = weight == FLAWS_FAIL ? FLAWS_FAIL : FLAWS_WARN;
    text_copy(flaws->fix, sizeof flaws->fix, fix);
}

/* needs: the check that would tell it; NULL: only AWS itself could. */
static void connector_unseen(struct connector_flaws *flaws, const char *what, const char *needs)
{
    buf_printf(&flaws->unseen, "%s%s", flaws->unseen.len > 0 ? ", " : "", what);
    if (needs != NULL && (flaws->needs.data == NULL || strstr(flaws->needs.data, needs) == NULL))
        buf_printf(&flaws->needs, "%s%s", flaws->needs.len > 0 ? ", " : "", needs);
}

static void say_no_topic(const struct sink *sink, const char *topic, struct connector_flaws *flaws)
{
    connector_flaw(flaws, FLAWS_FAIL, "", "it does not read %s (%s%.200s)", topic,
                   sink->topics[0] != '\0' ? "topics=" : "topics.regex=",
                   sink->topics[0] != '\0' ? sink->topics : sink->regex);
}

/* A connector has either topics or topics.regex, and keeps the one that it has. missing: separated
 * by commas. */
static void topics_fix(struct check *check, const struct conn *conn, const struct sink *sink,
                       const char *missing, char *fix, size_t cap)
{
    const char *prefix = check_set(check, "pintop.topics.prefix");
    bool is_prefixed = prefix != NULL && prefix[0] != '\0';
    char regex[300];
    bool is_plain = strchr(sink->topics, '\'') == NULL; /* in the quotes of a shell */
    int n = (int)cap;
    for (const char *at = missing; *at != '\0' && is_prefixed; at += strspn(at, ",")) {
        is_prefixed = strncmp(at, prefix, strlen(prefix)) == 0;
        at += strcspn(at, ",");
    }
    if (sink->topics[0] != '\0' && is_plain)
        n = snprintf(fix, cap, "pintop connector update %s 'topics=%s,%s'", conn->name,
                     sink->topics, missing);
    else if (sink->topics[0] == '\0' && is_prefixed && sink_regex_of(prefix, regex, sizeof regex))
        n = snprintf(fix, cap, "pintop connector update %s 'topics.regex=%s'", conn->name, regex);
    if (n < 0 || (size_t)n >= cap)
        snprintf(fix, cap,
                 "Change what it reads, so that they are in it: pintop connector describe %s",
                 conn->name);
}

static void judge_topics(struct check *check, const struct conn *conn, const struct sink *sink,
                         struct connector_flaws *flaws)
{
    struct sink_topics topics;
    char missing[3 * PT_TOPIC_MAX] = "";
    size_t used = 0;
    bool is_first = flaws->worst != FLAWS_FAIL;
    sink_topics_init(&topics, sink);
    for (size_t i = 0; i < PT_STREAMS; i++) {
        const char *topic = check_set(check, settings_topics[i]);
        enum sink_reads reads = topic != NULL ? sink_reads(&topics, topic) : SINK_READS_UNKNOWN;
        if (reads == SINK_READS_UNKNOWN)
            connector_unseen(flaws, settings_topics[i], topic == NULL ? "user.id" : NULL);
        if (reads != SINK_READS_NOT)
            continue;
        say_no_topic(sink, topic, flaws);
        if (used < sizeof missing)
            used += (size_t)snprintf(missing + used, sizeof missing - used, "%s%s",
                                     used > 0 ? "," : "", topic);
    }
    if (missing[0] != '\0' && is_first)
        topics_fix(check, conn, sink, missing, flaws->fix, sizeof flaws->fix);
    sink_topics_done(&topics);
}

static void judge_bucket(struct check *check, const struct conn *conn, const struct sink *sink,
                         struct connector_flaws *flaws)
{
    const char *bucket = check_set(check, "pintop.bucket");
    char fix[400];
    if (!sink->is_s3)
        connector_flaw(flaws, FLAWS_FAIL,
                       "Name the sink with -X pintop.connector.name=NAME, or create one under "
                       "another name.",
                       "it is not a sink to S3 (connector.class=%.200s)", conn->class_name);
    else if (bucket == NULL)
        connector_unseen(flaws, "its bucket", "user.id");
    else if (strcmp(sink->bucket, bucket) != 0) {
        snprintf(fix, sizeof fix,
                 "pintop connector update %s s3.bucket.name=%s, or set pintop.bucket=%.100s",
                 conn->name, bucket, sink->bucket);
        connector_flaw(flaws, FLAWS_FAIL, fix, "it writes to the bucket %.200s, not to %s",
                       sink->bucket, bucket);
    }
}

/* What the connector's own check of its configuration finds: ports, regions. */
static void judge_config(struct check *check, const struct conn *conn,
                         struct connector_flaws *flaws)
{
    const struct found *found = check->found;
    struct conn_checks checks = {0};
    char fix[300];
    check_config(conn, found->bucket_region, &checks);
    bool is_logs = checks.rule != NULL && strcmp(checks.rule->id, "no-logs") == 0;
    if (checks.rule != NULL && !is_logs) {
        bool is_region = strcmp(checks.rule->id, "region-mismatch") == 0;
        snprintf(fix, sizeof fix, "pintop connector update %s s3.region=%s", conn->name,
                 found->bucket_region);
        connector_flaw(flaws, checks.rule->weight == RULE_WARNING ? FLAWS_WARN : FLAWS_FAIL,
                       is_region ? fix : checks.rule->fix, "%s", checks.says);
    }
    if (found->bucket_region[0] == '\0')
        connector_unseen(flaws, "s3.region against the bucket's", "s3.bucket");
    if (!conn->has_log_delivery)
        connector_unseen(flaws, "its log delivery, which AWS does not report", NULL);
    else if (conn->log_group[0] == '\0')
        connector_flaw(
            flaws, FLAWS_WARN,
            "Log delivery can only be set when a connector is created, so set it for the next one: "
            "pintop.connector.log.group.",
            "its worker log is not delivered anywhere, so that pintop cannot explain its errors");
}

static bool has_servers(const struct found *found)
{
    for (int i = 0; i < MSK_KIND_COUNT; i++)
        if (found->servers.servers[i][0] != '\0')
            return true;
    return false;
}

static void judge_cluster(struct check *check, const struct conn *conn,
                          struct connector_flaws *flaws)
{
    const struct found *found = check->found;
    const struct msk_cluster *cluster = &found->cluster;
    bool is_iam = strcmp(conn->auth, "IAM") == 0;
    bool is_open = found->servers.servers[MSK_TLS][0] != '\0' ||
                   found->servers.servers[MSK_PLAINTEXT][0] != '\0';
    char other[MSKC_NAME_MAX + 200];
    snprintf(other, sizeof other,
             "Brokers and authentication of a connector cannot be changed, so it takes another "
             "connector. Look at this one first: pintop connector describe %s",
             conn->name);
    if (!has_servers(found) || conn->bootstrap[0] == '\0')
        connector_unseen(flaws, "its brokers against the cluster's", "msk.bootstrap");
    else if (!msk_bootstrap_has(&found->servers, conn->bootstrap))
        connector_flaw(flaws, FLAWS_FAIL, other, "its brokers are not %s's: %.200s", cluster->name,
                       conn->bootstrap);
    if (!found->has_cluster || conn->auth[0] == '\0')
        connector_unseen(flaws, "its authentication against the cluster's", "msk.cluster");
    else if (cluster->has_iam && !is_iam)
        connector_flaw(flaws, is_open ? FLAWS_WARN : FLAWS_FAIL, other,
                       "it logs in to Kafka with %s, and the cluster has IAM", conn->auth);
    else if (!cluster->has_iam && is_iam)
        connector_flaw(flaws, FLAWS_FAIL,
                       "Switch IAM access control on: MSK console > the cluster > Actions > Edit "
                       "security settings.",
                       "it logs in to Kafka with IAM, which is off on %s", cluster->name);
}

/* "arn:…:role/x/NAME" or "NAME" */
static const char *connector_role_name(const char *role)
{
    const char *slash = strrchr(role, '/');
    return slash != NULL ? slash + 1 : role;
}

static void judge_role_and_plugin(struct check *check, const struct conn *conn,
                                  struct connector_flaws *flaws)
{
    const char *role = check_set(check, "pintop.connector.role.arn");
    const char *plugin = check->found->plugin_arn;
    bool is_arn = role != NULL && strncmp(role, "arn:", 4) == 0;
    if (role == NULL || conn->role_arn[0] == '\0')
        connector_unseen(flaws, "its role", role == NULL ? "user.id" : NULL);
    else if (strcmp(is_arn ? conn->role_arn : connector_role_name(conn->role_arn),
                    is_arn ? role : connector_role_name(role)) != 0)
        connector_flaw(flaws, FLAWS_WARN,
                       "If that role is meant, set pintop.connector.role.arn to it.",
                       "its role is %s, not %s", conn->role_arn, role);
    if (plugin[0] == '\0' || conn->plugin_arn[0] == '\0')
        connector_unseen(flaws, "its plugin", plugin[0] == '\0' ? "mskconnect.plugin" : NULL);
    else if (strcmp(conn->plugin_arn, plugin) != 0)
        connector_flaw(flaws, FLAWS_WARN,
                       "If that plugin is meant, set pintop.plugin.name to its name.",
                       "its plugin is %s, not %s", conn->plugin_arn, plugin);
}

static void judge_settings(struct check *check, const struct conn *conn,
                           struct connector_flaws *flaws)
{
    struct sink sink;
    if (!conn->has_settings) {
        connector_unseen(flaws, "its settings, which AWS does not report", NULL);
    } else {
        sink_read(conn, &sink);
        judge_bucket(check, conn, &sink, flaws);
        if (sink.is_s3)
            judge_topics(check, conn, &sink, flaws);
        judge_config(check, conn, flaws);
    }
    judge_cluster(check, conn, flaws);
    judge_role_and_plugin(check, conn, flaws);
}

/* ------------------------------------------------------------------ its state */

/* AWS's states of a connector. */
static const struct connector_state {
    const char *word;
    enum { CONNECTOR_GOOD, CONNECTOR_PASSING, CONNECTOR_BAD } is;
    const char *fix; /* its name follows */
} CONNECTOR_STATES[] = {
    {"RUNNING",    CONNECTOR_GOOD,    NULL                                                          },
    {"CREATING",   CONNECTOR_PASSING,
     "It takes 5 to 15 minutes; pintop doctor --fix mskconnect.connector waits for it. Meanwhile: "
     "pintop connector status"                                                                      },
    {"UPDATING",   CONNECTOR_PASSING, "It takes 5 to 15 minutes: pintop connector status"           },
    {"RESUMING",   CONNECTOR_PASSING, "Wait a minute, then: pintop connector status"                },
    {"RESTARTING", CONNECTOR_PASSING, "Wait a minute, then: pintop connector status"                },
    {"PAUSING",    CONNECTOR_PASSING, "Somebody is pausing it. To continue: pintop connector resume"},
    {"PAUSED",     CONNECTOR_PASSING,
     "It writes nothing while it is paused. To continue: pintop connector resume"                   },
    {"DELETING",   CONNECTOR_BAD,
     "Wait until it is deleted, then have it created again: pintop doctor --fix "
     "mskconnect.connector. Meanwhile: pintop connector status"                                     },
    {"FAILED",     CONNECTOR_BAD,     "Look at its log: pintop connector logs"                      },
};

static const struct connector_state *connector_state_of(const char *word)
{
    for (size_t i = 0; i < sizeof CONNECTOR_STATES / sizeof *CONNECTOR_STATES; i++)
        if (strcmp(CONNECTOR_STATES[i].word, word) == 0)
            return &CONNECTOR_STATES[i];
    return NULL;
}

static void say_bad_connector(struct check *check, struct conn *conn, const char *fix)
{
    const char *between = conn->code[0] != '\0' && conn->message[0] != '\0' ? ": " : "";
    bool has_reason = conn->code[0] != '\0' || conn->message[0] != '\0';
    conn_read_rules(conn);
    if (conn->state_rule != NULL && strcmp(conn->state, "FAILED") == 0)
        check_fail(check, conn->state_words.fix, "%s is %s: %s (%s%s%s)", conn->name, conn->state,
                   conn->state_words.cause, conn->code, between, conn->message);
    else
        check_fail(check, fix, "%s is %s: %s%s%s", conn->name, conn->state, conn->code, between,
                   has_reason ? conn->message : "AWS gives no reason");
}

/* What was not compared may be wrong: it is said, and no ok. */
static void say_not_compared(struct check *check, const struct conn *conn,
                             const struct connector_flaws *flaws, const char *words)
{
    char fix[400];
    if (flaws->needs.len > 0)
        text_put(fix, sizeof fix,
                 "Fix %s first, which tells what is missing here, then check again.",
                 flaws->needs.data);
    else
        text_put(fix, sizeof fix, "Look at it: pintop connector describe %s", conn->name);
    check_warn(check, fix, "%s", words);
}

static void say_connector(struct check *check, struct conn *conn,
                          const struct connector_state *state)
{
    struct connector_flaws flaws = {.worst = FLAWS_NONE};
    char fix[400] = "", words[FLAWS_TEXT_MAX + 600];
    if (state->fix != NULL)
        snprintf(fix, sizeof fix, "%s %s", state->fix, conn->name);
    if (state->is == CONNECTOR_BAD) {
        say_bad_connector(check, conn, fix);
        return;
    }
    buf_init(&flaws.says, FLAWS_TEXT_MAX);
    buf_init(&flaws.unseen, 500);
    buf_init(&flaws.needs, 200);
    judge_settings(check, conn, &flaws);
    snprintf(words, sizeof words, "%s is %s%s%s%s", conn->name, conn->state,
             flaws.worst == FLAWS_NONE ? ", and all that could be compared fits the setup"
             : flaws.says.data != NULL ? flaws.says.data
                                       : "",
             flaws.unseen.len > 0 ? ". Not compared: " : "",
             flaws.unseen.len > 0 ? flaws.unseen.data : "");
    if (flaws.worst == FLAWS_FAIL)
        check_fail(check, flaws.fix, "%s", words);
    else if (state->is == CONNECTOR_PASSING)
        check_warn(check, fix, "%s", words);
    else if (flaws.worst == FLAWS_WARN)
        check_warn(check, flaws.fix, "%s", words);
    else if (flaws.unseen.len > 0)
        say_not_compared(check, conn, &flaws, words);
    else
        check_ok(check, "%s", words);
    if (strcmp(conn->state, "CREATING") == 0)
        check_fixable(check);
    buf_done(&flaws.says);
    buf_done(&flaws.unseen);
    buf_done(&flaws.needs);
}

static void say_no_connector(struct check *check, const char *name)
{
    bool has_plugin = check->found->plugin_arn[0] != '\0';
    check_copy(check, "pintop doctor --fix mskconnect.connector");
    check_fail(check,
               has_plugin ? "Create it: pintop doctor --fix mskconnect.connector, which shows the "
                            "price first"
                          : "Fix mskconnect.plugin first; then: pintop doctor --fix "
                            "mskconnect.connector",
               "there is no connector %s", name);
    if (has_plugin)
        check_fixable(check);
}

void connect_check_connector(struct check *check)
{
    struct conn *conn = &check->found->connector;
    struct pt_error err;
    char arn[AWS_ARN_MAX], name[MSKC_NAME_MAX];
    if (!connect_find(check, arn, sizeof arn, name, sizeof name, &err)) {
        if (err.code == PT_ENAME || err.code == PT_EFULL)
            check_unknown(check, err.fix, "%s", err.what);
        else
            check_error(check, &err);
        return;
    }
    if (arn[0] == '\0') {
        say_no_connector(check, name);
        return;
    }
    conn_done(conn);
    if (connector_read(check, arn, conn, &err) != PT_OK) {
        conn_init(conn);
        check_error(check, &err);
        return;
    }
    check_copy(check, conn->name);
    const struct connector_state *state = connector_state_of(conn->state);
    if (state != NULL)
        say_connector(check, conn, state);
    else
        check_unknown(check, "Look at it in the console.",
                      "%s is in the state \"%s\", which pintop does not know", conn->name,
                      conn->state);
}
