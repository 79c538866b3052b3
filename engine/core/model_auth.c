/* The auth section: what the credentials worker said last, what the brokers said against the login,
 * and what follows from both. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/engine_state.h"
#include "kafka/connection.h"

enum { CLOCK_WORTH_NAMING_MS = 30000 };

void model_auth_init(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    bool is_to_be_found = pt_config_get(eng->cfg, "pintop.msk.cluster") != NULL &&
                          pt_config_get(eng->cfg, "bootstrap.servers") == NULL &&
                          pt_config_get(eng->cfg, "security.protocol") == NULL;
    bool is_needed = (pt_config_is_iam(eng->cfg) || is_to_be_found) && !eng->set.is_embedded;
    m->auth = (struct pt_auth){.state = is_needed ? PT_AUTH_UNKNOWN : PT_AUTH_NOT_NEEDED,
                               PT_AUTH_NOTHING_KNOWN};
    m->auth_dirty = true;
}

/* AWS.md 2.3: "Access denied" doesn't say which of five it is: show what can be compared. */
static void explain(struct pt_auth *auth)
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
                 auth->region, auth->caller_error[0] != '\0' ? "; AWS can't be asked: " : "",
                 auth->caller_error);
    }
}

static bool has_token(const struct pt_auth *auth, int64_t now_ms)
{
    return auth->token_expires_ms != PT_UNKNOWN && auth->token_expires_ms > now_ms;
}

static void kick_streams(struct pt_engine *eng)
{
    for (int i = 0; i < PT_STREAMS; i++)
        if (atomic_load(&eng->open_streams) & PT_STREAM_BIT(i))
            streamer_kick(&eng->accounts[i].streamer);
}

/* The state moves with the time alone, too. */
static void judge(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    enum pt_auth_state before = m->auth.state;
    int64_t now_ms = clock_real_ms();
    m->auth.state = auth_judge(&m->auth, now_ms);
    bool has_none = m->auth.state == PT_AUTH_EXPIRED;
    if (m->auth.state != before)
        m->auth_dirty = true;
    if (atomic_exchange(&eng->has_no_token, has_none) == has_none)
        return;
    if (has_none)
        model_event(eng, PT_ERROR, "auth", "the IAM token has run out: streams are held%s%s",
                    m->auth.last_error[0] ? ": " : "", m->auth.last_error);
    else if (has_token(&m->auth, now_ms))
        model_event(eng, PT_NOTICE, "auth", "there is an IAM token again: streams go on");
    kick_streams(eng);
}

void model_auth(struct pt_engine *eng, const struct pt_auth *auth)
{
    struct pt_auth *own = &eng->model.auth;
    struct pt_auth next = *auth;
    next.state = own->state == PT_AUTH_NOT_NEEDED ? PT_AUTH_UNKNOWN : own->state;
    text_copy(next.broker_said, sizeof next.broker_said, own->broker_said);
    next.broker_said_ms = own->broker_said_ms;
    /* What was said of other keys tells nothing of these. */
    bool is_same = strcmp(next.key_id, own->key_id) == 0;
    next.broker_refused_ms = is_same ? own->broker_refused_ms : PT_UNKNOWN;
    next.broker_ok_ms = is_same ? own->broker_ok_ms : PT_UNKNOWN;
    *own = next;
    if (own->broker_said[0] != '\0')
        explain(own);
    eng->model.auth_dirty = true;
    judge(eng);
}

void model_auth_refused(struct pt_engine *eng, const char *reason)
{
    struct pt_auth *auth = &eng->model.auth;
    enum connection_login login = connection_login(reason);
    if (auth->state == PT_AUTH_NOT_NEEDED || login == CONNECTION_LOGIN_OTHER)
        return;
    text_copy(auth->broker_said, sizeof auth->broker_said, reason);
    auth->broker_said_ms = clock_real_ms();
    if (login != CONNECTION_LOGIN_BUSY)
        auth->broker_refused_ms = auth->broker_said_ms;
    explain(auth);
    eng->model.auth_dirty = true;
    judge(eng);
    auth_denied(eng->auth);
}

void model_auth_taken(struct pt_engine *eng, int64_t time_ms)
{
    struct pt_auth *auth = &eng->model.auth;
    if (auth->state == PT_AUTH_NOT_NEEDED || auth->token_made_ms == PT_UNKNOWN)
        return;
    auth->broker_ok_ms = time_ms;
    eng->model.auth_dirty = true;
    judge(eng);
}

struct trouble model_trouble(const struct model *m)
{
    const struct pt_auth *auth = &m->auth;
    const char *fix = connection_fix(m->last_error);
    if (m->boot_error.code != PT_OK)
        return (struct trouble){m->boot_error.what, m->boot_error.fix};
    bool has_none = auth->state == PT_AUTH_FAILED || auth->state == PT_AUTH_EXPIRED;
    if (has_none && auth->last_error[0] != '\0')
        return (struct trouble){auth->last_error, auth->last_fix};
    if (fix != NULL && auth->broker_meaning[0] != '\0' &&
        connection_login(m->last_error) == CONNECTION_LOGIN_DENIED)
        fix = auth->broker_meaning;
    return (struct trouble){m->last_error, fix != NULL ? fix : ""};
}

void model_auth_tick(struct pt_engine *eng)
{
    if (eng->model.auth.state != PT_AUTH_NOT_NEEDED)
        judge(eng);
}

const void *model_auth_section(struct pt_engine *eng)
{
    struct model *m = &eng->model;
    if (!m->auth_dirty)
        return NULL;
    struct pt_auth_section *s = section_new(sizeof *s);
    if (s == NULL)
        return NULL;
    s->auth = m->auth;
    m->auth_dirty = false;
    return s;
}
