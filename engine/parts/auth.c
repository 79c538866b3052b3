#include "parts/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/section.h"
#include "kafka/connection.h"
#include "kafka/watch_report.h"
#include "login/auth.h"

enum { CLOCK_WORTH_NAMING_MS = 30000 };

void auth_part_init(struct auth_part *ap, const struct desk *desk,
                    const struct auth_hooks_out *hooks)
{
    const struct pt_config *cfg = desk->cfg;
    bool is_to_be_found = pt_config_get(cfg, "pintop.msk.cluster") != NULL &&
                          pt_config_get(cfg, "bootstrap.servers") == NULL &&
                          pt_config_get(cfg, "security.protocol") == NULL;
    bool is_needed = (pt_config_is_iam(cfg) || is_to_be_found) && !desk->set->is_embedded;
    *ap = (struct auth_part){.desk = desk, .hooks = *hooks, .is_dirty = true};
    ap->auth = (struct pt_auth){.state = is_needed ? PT_AUTH_UNKNOWN : PT_AUTH_NOT_NEEDED,
                                PT_AUTH_NOTHING_KNOWN};
}

/* "Access denied" has at least five possible reasons, and the broker does not name one: the text
 * shows what the operator can compare. */
static void auth_explain(struct pt_auth *auth)
{
    const char *who = auth->caller_arn[0] != '\0' ? auth->caller_arn : NULL;
    bool is_off = auth->has_offset && llabs(auth->offset_ms) >= CLOCK_WORTH_NAMING_MS;
    if (connection_login(auth->broker_said) != CONNECTION_LOGIN_DENIED) {
        const char *fix = connection_fix(auth->broker_said);
        text_copy(auth->broker_meaning, sizeof auth->broker_meaning, fix != NULL ? fix : "");
    } else if (auth->is_caller_refused) {
        snprintf(auth->broker_meaning, sizeof auth->broker_meaning,
                 "AWS doesn't take these keys either: %s", auth->caller_error);
    } else if (is_off) {
        snprintf(auth->broker_meaning, sizeof auth->broker_meaning,
                 "this machine's clock is %.0f s off AWS's; the token is signed by AWS's now: "
                 "date -u",
                 -(double)auth->offset_ms / 1000);
    } else if (who != NULL) {
        snprintf(auth->broker_meaning, sizeof auth->broker_meaning,
                 "the keys are good, %s; is %s (%s) the cluster's region, and does the policy "
                 "allow kafka-cluster:Connect on it?",
                 who, auth->region, auth->region_source);
    } else {
        snprintf(auth->broker_meaning, sizeof auth->broker_meaning,
                 "wrong keys, another region than %s, a clock that is off, or no "
                 "kafka-cluster:Connect in the policy%s%.120s",
                 auth->region, auth->caller_error[0] != '\0' ? "; AWS cannot be asked: " : "",
                 auth->caller_error);
    }
}

static bool has_token(const struct pt_auth *auth, int64_t now_ms)
{
    return auth->token_expires_ms != PT_UNKNOWN && auth->token_expires_ms > now_ms;
}

/* The state may also change because time passes. */
static void auth_judge_anew(struct auth_part *ap)
{
    enum pt_auth_state before = ap->auth.state;
    int64_t now_ms = desk_real_ms(ap->desk);
    ap->auth.state = auth_judge(&ap->auth, now_ms);
    bool has_none = ap->auth.state == PT_AUTH_EXPIRED;
    if (ap->auth.state != before)
        ap->is_dirty = true;
    if (ap->has_no_token == has_none)
        return;
    ap->has_no_token = has_none;
    if (has_none)
        desk_event(ap->desk, PT_ERROR, "auth", "the IAM token has run out: streams are held%s%s",
                   ap->auth.last_error[0] ? ": " : "", ap->auth.last_error);
    else if (has_token(&ap->auth, now_ms))
        desk_event(ap->desk, PT_NOTICE, "auth", "there is an IAM token again: streams go on");
    ap->hooks.hold(ap->hooks.arg, has_none);
}

void auth_part_said(struct auth_part *ap, const struct pt_auth *auth)
{
    struct pt_auth *own = &ap->auth;
    struct pt_auth next = *auth;
    next.state = own->state == PT_AUTH_NOT_NEEDED ? PT_AUTH_UNKNOWN : own->state;
    text_copy(next.broker_said, sizeof next.broker_said, own->broker_said);
    next.broker_said_ms = own->broker_said_ms;
    /* What the brokers answered to other credentials does not hold for these. */
    bool is_same = strcmp(next.key_id, own->key_id) == 0;
    next.broker_refused_ms = is_same ? own->broker_refused_ms : PT_UNKNOWN;
    next.broker_ok_ms = is_same ? own->broker_ok_ms : PT_UNKNOWN;
    *own = next;
    if (own->broker_said[0] != '\0')
        auth_explain(own);
    ap->is_dirty = true;
    auth_judge_anew(ap);
}

void auth_part_refused(struct auth_part *ap, const char *reason)
{
    struct pt_auth *auth = &ap->auth;
    enum connection_login login = connection_login(reason);
    if (auth->state == PT_AUTH_NOT_NEEDED || login == CONNECTION_LOGIN_OTHER)
        return;
    text_copy(auth->broker_said, sizeof auth->broker_said, reason);
    auth->broker_said_ms = desk_real_ms(ap->desk);
    if (login != CONNECTION_LOGIN_BUSY)
        auth->broker_refused_ms = auth->broker_said_ms;
    auth_explain(auth);
    ap->is_dirty = true;
    auth_judge_anew(ap);
    ap->hooks.denied(ap->hooks.arg);
}

void auth_part_taken(struct auth_part *ap, int64_t time_ms)
{
    struct pt_auth *auth = &ap->auth;
    if (auth->state == PT_AUTH_NOT_NEEDED || auth->token_made_ms == PT_UNKNOWN)
        return;
    auth->broker_ok_ms = time_ms;
    ap->is_dirty = true;
    auth_judge_anew(ap);
}

const void *auth_part_section(struct auth_part *ap)
{
    if (!ap->is_dirty)
        return NULL;
    struct pt_auth_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    s->auth = ap->auth;
    ap->is_dirty = false;
    return s;
}

/* ---- the part ---- */

/* A failed poll may report the refusal before the client does, and only the client's message names
 * the broker: it is kept when it contains the same reason. */
static void auth_look_failed(struct auth_part *ap, const char *why)
{
    char said[sizeof ap->auth.broker_said];
    text_copy(said, sizeof said, ap->auth.broker_said);
    auth_part_refused(ap, strstr(said, why) != NULL ? said : why);
}

static bool auth_take(void *self, struct fact *fact)
{
    const struct watch_report *report = fact->payload;
    switch (fact->kind) {
    case FACT_AUTH:
        if (fact->payload != NULL)
            auth_part_said(self, fact->payload);
        return true;
    case FACT_KAFKA_ERROR:
        auth_part_refused(self, fact->text);
        return true;
    case FACT_REPORT:
        if (report != NULL && report->error.code == PT_OK && report->has_answer)
            auth_part_taken(self, report->time_ms);
        if (report != NULL && report->error.code != PT_OK)
            auth_look_failed(self, connection_why(report->error.what));
        return true;
    default:
        return false;
    }
}

static void auth_tick(void *self, int64_t now_us)
{
    struct auth_part *ap = self;
    (void)now_us;
    if (ap->auth.state != PT_AUTH_NOT_NEEDED)
        auth_judge_anew(ap);
}

static const void *auth_section(void *self)
{
    return auth_part_section(self);
}

const struct part auth_part = {
    .name = "auth",
    .take = auth_take,
    .tick = auth_tick,
    .section = auth_section,
};
