/* What this login may do on the brokers: create topics, write to and read the three, and see the
 * group's offsets. Nothing is changed by finding out. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aws/msk_token.h"
#include "base/text.h"
#include "config/settings.h"
#include "doctor/kafka.h"
#include "doctor/sink_group.h"
#include "kafka/ask.h"

enum { ACL_WORDS_MAX = 1200, ACL_RIGHT_MS = 4000 };

/* What was found: the worst of it decides. */
struct acl {
    struct check *check;
    const struct pt_config *cfg;
    struct ask_token token;
    struct ask_right rights[PT_STREAMS];
    size_t n; /* of those topics that exist */
    bool is_denied, is_warned, is_unknown;
    char may[ACL_WORDS_MAX], not_seen[ACL_WORDS_MAX], bad[ACL_WORDS_MAX];
    char fix[PT_FIX_MAX]; /* of the first that is denied, else of the first that is not known */
};

/* Adds to one of the lists, behind a semicolon. */
static void acl_add(char list[ACL_WORDS_MAX], const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void acl_add(char list[ACL_WORDS_MAX], const char *fmt, ...)
{
    size_t used = strlen(list);
    va_list args;
    if (used + sizeof "; …" > ACL_WORDS_MAX)
        return;
    used += (size_t)snprintf(list + used, ACL_WORDS_MAX - used, "%s", used > 0 ? "; " : "");
    va_start(args, fmt);
    text_put_args(list + used, ACL_WORDS_MAX - used, fmt, args);
    va_end(args);
}

/* A question that is not answered leaves time for the others. */
static int acl_limit_ms(const struct check *check)
{
    int64_t left_ms = check_left_ms(check);
    return left_ms < ACL_RIGHT_MS ? (int)left_ms : ACL_RIGHT_MS;
}

static void acl_note(struct acl *acl, const struct pt_error *why, bool is_worse)
{
    if (acl->fix[0] == '\0' || (is_worse && !acl->is_denied))
        text_copy(acl->fix, sizeof acl->fix, why->fix);
}

/* ------------------------------------------------------------------ topics */

/* Those of the three that exist: asking for another one may create it. */
static pt_code acl_find_topics(struct acl *acl, struct pt_error *err)
{
    const struct rd_kafka_metadata *metadata;
    const struct check *check = acl->check;
    pt_code code = ask_metadata(check->found->ask, (int)check_left_ms(check), &metadata, err);
    if (code != PT_OK)
        return code;
    for (size_t i = 0; i < PT_STREAMS; i++) {
        const char *topic = check_set(check, settings_topics[i]);
        if (topic != NULL && topic_list_find(metadata, topic) != NULL)
            acl->rights[acl->n++].topic = topic;
        else
            acl_add(acl->not_seen, "permissions on %s, which does not exist",
                    topic != NULL ? topic : settings_topics[i]);
    }
    rd_kafka_metadata_destroy(metadata);
    return PT_OK;
}

/* Says one right on all topics. is_fatal: the pipeline does not work without it. */
static void acl_say_rights(struct acl *acl, const char *does, bool is_fatal)
{
    char denied[ACL_WORDS_MAX / 2] = "";
    size_t n_allowed = 0;
    for (size_t i = 0; i < acl->n; i++) {
        const struct ask_right *right = &acl->rights[i];
        bool is_denied = right->err.code == PT_EAUTH;
        n_allowed += right->err.code == PT_OK;
        if (right->err.code == PT_OK)
            continue;
        acl_note(acl, &right->err, is_denied && is_fatal);
        if (is_denied)
            text_list(denied, sizeof denied, "%s", right->topic);
        else
            acl_add(acl->not_seen, "whether it may %s %s (%.200s)", does, right->topic,
                    right->err.what);
        acl->is_denied |= is_denied && is_fatal;
        acl->is_warned |= is_denied;
        acl->is_unknown |= !is_denied;
    }
    if (denied[0] != '\0')
        acl_add(acl->bad, "%s %s", does, denied);
    if (n_allowed > 0 && n_allowed == acl->n)
        acl_add(acl->may, "%s %s", does, acl->n == PT_STREAMS ? "the three" : "those that exist");
}

typedef pt_code acl_ask_fn(const struct pt_config *cfg, const struct ask_token *token,
                           struct ask_right *rights, size_t n, int timeout_ms,
                           struct pt_error *err);

static void acl_ask(struct acl *acl, acl_ask_fn *ask, const char *does, bool is_fatal)
{
    struct pt_error err;
    if (acl->n == 0)
        return;
    if (ask(acl->cfg, &acl->token, acl->rights, acl->n, acl_limit_ms(acl->check), &err) == PT_OK) {
        acl_say_rights(acl, does, is_fatal);
        return;
    }
    acl_note(acl, &err, false);
    acl->is_unknown = true;
    acl_add(acl->not_seen, "whether it may %s them (%.200s)", does, err.what);
}

/* ------------------------------------------------------------------ creating, the group */

static void acl_check_create(struct acl *acl)
{
    struct check *check = acl->check;
    const char *prefix = check_set(check, "pintop.topics.prefix");
    char topic[200];
    struct pt_error err;
    snprintf(topic, sizeof topic, "%.100spintop-check", prefix != NULL ? prefix : "");
    pt_code code = ask_create(check->found->ask, topic, true, acl_limit_ms(check), &err);
    if (code == PT_OK || code == PT_EEXISTS) {
        acl_add(acl->may, "create topics %.100s*", prefix != NULL ? prefix : "");
        return;
    }
    acl_note(acl, &err, code == PT_EAUTH);
    if (code == PT_EAUTH)
        acl_add(acl->bad, "create topics %.100s* (%.300s)", prefix != NULL ? prefix : "", err.what);
    else
        acl_add(acl->not_seen, "whether it may create topics (%.300s)", err.what);
    acl->is_denied |= code == PT_EAUTH;
    acl->is_unknown |= code != PT_EAUTH;
}

/* Without the group's offsets everything works, but the sink's lag stays unknown. */
static void acl_check_group(struct acl *acl)
{
    char group[256];
    struct pt_error err;
    const struct check *check = acl->check;
    if (acl->n == 0 || !sink_group_name(check, group, sizeof group))
        return;
    pt_code code =
        ask_group(acl->cfg, &acl->token, group, acl->rights[0].topic, acl_limit_ms(check), &err);
    if (code == PT_OK) {
        acl_add(acl->may, "see the offsets of group %s", group);
        return;
    }
    acl_note(acl, &err, false);
    if (code == PT_EAUTH)
        acl_add(acl->bad, "see the offsets of group %s, so that the sink's lag stays unknown",
                group);
    else
        acl_add(acl->not_seen, "whether it may see the offsets of group %s (%.200s)", group,
                err.what);
    acl->is_warned |= code == PT_EAUTH;
    acl->is_unknown |= code != PT_EAUTH;
}

/* ------------------------------------------------------------------ kafka.acl */

static void acl_say(const struct acl *acl)
{
    struct check *check = acl->check;
    struct buf words;
    buf_init(&words, 3 * ACL_WORDS_MAX + 100);
    if (acl->bad[0] != '\0')
        buf_printf(&words, "may not %s", acl->bad);
    if (acl->may[0] != '\0')
        buf_printf(&words, "%smay %s", words.len > 0 ? "; " : "", acl->may);
    if (acl->not_seen[0] != '\0')
        buf_printf(&words, "%sNot checked: %s", words.len > 0 ? ". " : "", acl->not_seen);
    const char *text = words.data != NULL ? words.data : "";
    if (acl->is_denied)
        check_fail(check, acl->fix, "%s", text);
    else if (acl->is_unknown)
        check_unknown(check, acl->fix, "%s", text);
    else if (acl->is_warned)
        check_warn(check, acl->fix, "%s", text);
    else if (acl->n < PT_STREAMS)
        check_unknown(check, "Create the topics that are missing: pintop doctor --fix kafka.topics",
                      "%s", text);
    else
        check_ok(check, "%s", text);
    buf_done(&words);
}

void kafka_check_acl(struct check *check)
{
    struct acl acl = {.check = check, .cfg = kafka_client_config(check)};
    struct msk_token token = {0};
    struct pt_error err;
    pt_code code = acl_find_topics(&acl, &err);
    if (code == PT_OK)
        code = kafka_make_token(check, acl.cfg, &token, &err);
    if (code != PT_OK) {
        check_error(check, &err);
        return;
    }
    acl.token = (struct ask_token){token.text, "kafka-cluster", token.expires_ms};
    acl_check_create(&acl);
    acl_ask(&acl, ask_may_write, "write to", true);
    acl_ask(&acl, ask_may_read, "read", false);
    acl_check_group(&acl);
    acl_say(&acl);
    msk_token_done(&token);
}
