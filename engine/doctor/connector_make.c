/* Creates the connector as `connector create` does, its log group first, and waits for it. */
#include <stdio.h>
#include <string.h>

#include "aws/logs.h"
#include "aws/mskconnect.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/shown.h"
#include "base/text.h"
#include "connector/change/template.h"
#include "connector/sink.h"
#include "connector/witness/ask.h"
#include "doctor/connect.h"
#include "doctor/noted.h"
#include "doctor/progress.h"
#include "doctor/wait.h"
#include "net/http.h"

enum {
    CONNECTOR_FIX_MS = 20 * 60 * 1000,
    CONNECTOR_EVERY_MS = 5000,
    CONNECTOR_LOG_LOOKS = 3, /* its log is read at each third look */
    CONNECTOR_LOG_LINES = 6
};

/* ------------------------------------------------------------------ what would be made */

struct connector_new {
    char arn[AWS_ARN_MAX], name[MSKC_NAME_MAX]; /* arn "" as long as there is none */
    struct conn conn;
    struct conn_plan plan;
};

static void connector_new_done(struct connector_new *made)
{
    conn_done(&made->conn);
    json_free(made->plan.body);
    made->plan.body = NULL;
}

static pt_code connector_prepare(struct check *check, struct connector_new *made,
                                 struct pt_error *err)
{
    const struct found *found = check->found;
    memset(made, 0, sizeof *made);
    conn_init(&made->conn);
    if (!connect_find(check, made->arn, sizeof made->arn, made->name, sizeof made->name, err))
        return err->code;
    if (made->arn[0] != '\0')
        return PT_OK;
    const struct pt_command command = {.connector = made->name};
    pt_code code = conn_template(check->cfg, &command,
                                 found->bucket_region[0] != '\0' ? found->bucket_region
                                                                 : check->client->region,
                                 &made->conn, err);
    if (code == PT_OK)
        code = conn_plan_msk(check->cfg, check->client, check->keys, &made->conn,
                             found->has_cluster ? found->cluster.arn : NULL, &made->plan, err);
    return code;
}

static void connector_fact(void *plan, const char *name, const char *value)
{
    if (value[0] != '\0')
        buf_printf(plan, "%-12s %s\n", name, value);
}

static void connector_settings(const struct conn *conn, struct buf *plan)
{
    for (size_t i = 0; i < conn->n_settings; i++) {
        char value[1024];
        const struct conn_setting *at = &conn->settings[i];
        shown_value(value, sizeof value, at->name, at->value);
        if (at->value[0] != '\0')
            buf_printf(plan, "+ %s=%s\n", at->name, value);
    }
}

static pt_code connector_plan(struct check *check, struct buf *plan, struct pt_error *err)
{
    struct connector_new made;
    struct pt_error why;
    pt_code code = connector_prepare(check, &made, &why);
    if (code == PT_OK && made.arn[0] != '\0') {
        buf_printf(plan, "%s exists: nothing is created, and pintop waits until it runs\n",
                   made.name);
    } else if (code == PT_OK) {
        conn_plan_tell(&made.conn, &made.plan, connector_fact, plan);
        connector_settings(&made.conn, plan);
    } else {
        *err = why;
    }
    connector_new_done(&made);
    return code;
}

/* ------------------------------------------------------------------ making it */

static pt_code connector_create(struct check *check, struct connector_new *made,
                                struct pt_error *err)
{
    struct mskc_change change;
    pt_code code = mskc_create(check->client, check->keys, made->plan.body, &change, err);
    if (code == PT_OK)
        text_copy(made->arn, sizeof made->arn, change.arn);
    if (http_is_answer_lost(code) &&
        connect_find(check, made->arn, sizeof made->arn, made->name, sizeof made->name, NULL) &&
        made->arn[0] != '\0')
        code = PT_OK;
    return code;
}

static pt_code connector_send(struct check *check, struct connector_new *made, struct buf *said,
                              struct pt_error *err)
{
    struct created note = {.kind = CREATED_CONNECTOR};
    struct pt_error why;
    bool is_new = false;
    pt_code code = logs_need_group(check->client, check->keys, made->plan.log_group, &is_new, &why);
    if (is_new)
        buf_printf(said, "created the log group %s\n", made->plan.log_group);
    text_copy(note.name, sizeof note.name, made->name);
    if (code == PT_OK)
        code = noted_begin(check, &note, &why);
    if (code == PT_OK) {
        code = connector_create(check, made, &why);
        text_copy(note.arn, sizeof note.arn, made->arn);
        noted_end(check, &note, code);
    }
    if (code == PT_EEXISTS)
        code = PT_OK;
    if (code == PT_OK)
        buf_printf(said, "MSK Connect creates %s, which takes 5 to 15 minutes\n", made->name);
    else
        *err = why;
    return code;
}

/* The connector that is waited for. */
struct connector_wait {
    char arn[AWS_ARN_MAX]; /* "": it is looked for by its name */
    struct mskc_connector seen;
    int64_t begun_ms; /* Unix: its log is read from there on */
    int n_looks;
};

/* The block that was written last before the one at `last`; blocks->n: there is none. */
static size_t connector_log_before(const struct log_blocks *blocks, size_t last)
{
    size_t found = blocks->n;
    for (size_t i = 0; i < blocks->n; i++) {
        const struct log_block *at = &blocks->items[i];
        bool is_before = last == blocks->n || at->time_ms < blocks->items[last].time_ms ||
                         (at->time_ms == blocks->items[last].time_ms && i < last);
        if (is_before && (found == blocks->n || at->time_ms >= blocks->items[found].time_ms))
            found = i;
    }
    return found;
}

/* The first lines of the newest blocks, oldest first. */
static void connector_log_lines(const struct log_blocks *blocks, struct buf *text)
{
    size_t newest[CONNECTOR_LOG_LINES], n = 0;
    for (size_t at = connector_log_before(blocks, blocks->n);
         at < blocks->n && n < CONNECTOR_LOG_LINES; at = connector_log_before(blocks, at))
        newest[n++] = at;
    while (n-- > 0) {
        const char *line = blocks->items[newest[n]].text;
        buf_printf(text, "%s%.*s", text->len > 0 ? "\n" : "", (int)strcspn(line, "\n"), line);
    }
}

/* The newest lines of its log, beside the wait; or why they cannot be read. */
static void connector_show_log(struct check *check, struct connector_wait *at)
{
    struct log_blocks blocks;
    struct pt_error why;
    struct buf text;
    struct conn conn;
    bool is_cut;
    if (check->progress == NULL || at->n_looks++ % CONNECTOR_LOG_LOOKS != 0)
        return;
    if (at->seen.log_group[0] == '\0') {
        progress_log(check, "its worker log is not delivered anywhere");
        return;
    }
    conn_init(&conn);
    text_copy(conn.name, sizeof conn.name, at->seen.name);
    text_copy(conn.log_group, sizeof conn.log_group, at->seen.log_group);
    if (ask_log(check->client, check->keys, &conn, at->begun_ms, NULL, &blocks, &is_cut, &why) !=
        PT_OK) {
        progress_log(check, why.what);
        return;
    }
    buf_init(&text, PT_PROGRESS_LOG_MAX);
    connector_log_lines(&blocks, &text);
    if (text.len == 0)
        buf_printf(&text, "its log group %2$s has no line of %1$s yet", conn.name, conn.log_group);
    progress_log(check, text.data != NULL ? text.data : "");
    buf_done(&text);
    log_blocks_done(&blocks);
}

static pt_code connector_look(struct check *check, void *arg, bool *is_over, struct pt_error *err)
{
    struct connector_wait *at = arg;
    char name[MSKC_NAME_MAX];
    struct pt_error why;
    mskc_connector_done(&at->seen);
    if (at->arn[0] == '\0' &&
        !connect_find(check, at->arn, sizeof at->arn, name, sizeof name, &why)) {
        *err = why;
        return why.code;
    }
    if (at->arn[0] == '\0')
        return PT_OK; /* the list may be behind what was created */
    pt_code code = mskc_describe(check->client, check->keys, at->arn, &at->seen, &why);
    *is_over = code == PT_OK && strcmp(at->seen.state, "CREATING") != 0;
    if (code == PT_OK) {
        progress_state(check, at->seen.state);
        connector_show_log(check, at);
    }
    if (code != PT_OK && code != PT_ENOTFOUND)
        *err = why;
    return code == PT_ENOTFOUND ? PT_OK : code;
}

static pt_code connector_ended_badly(const struct mskc_connector *seen, const char *name,
                                     struct pt_error *err)
{
    char fix[MSKC_NAME_MAX + 80];
    snprintf(fix, sizeof fix, "Look at its log with `pintop connector logs %s`", name);
    return pt_error_set(err, PT_EUNHEALTHY, fix, "%s became %s: %s %.1000s", name, seen->state,
                        seen->code, seen->message);
}

/* "about $0.11 an hour"; the price of what is there already is not known before it was seen. */
static void connector_price(const struct connector_new *made, const struct mskc_connector *seen,
                            char *out, size_t cap)
{
    int32_t mcu = made->plan.mcu > 0 ? made->plan.mcu : seen->mcu;
    int32_t workers = made->plan.workers > 0 ? made->plan.workers : seen->workers;
    if (mcu > 0 && workers > 0)
        snprintf(out, cap, "about $%.2f an hour", mcu * workers * SINK_USD_PER_MCU_HOUR);
    else
        snprintf(out, cap, "about $%.2f an hour for each MCU of each worker",
                 SINK_USD_PER_MCU_HOUR);
}

static pt_code connector_end(const struct mskc_connector *seen, const struct connector_new *made,
                             bool is_over, struct buf *said, struct pt_error *err)
{
    const char *name = made->name;
    if (!is_over)
        buf_printf(said,
                   "AWS is still creating %s, which costs from now on. Watch it: pintop connector "
                   "status %s; its log: pintop connector logs %s\n",
                   name, name, name);
    else if (strcmp(seen->state, "RUNNING") == 0)
        buf_printf(said, "%s is RUNNING\n", name);
    else
        return connector_ended_badly(seen, name, err);
    return PT_OK;
}

/* The wait was cancelled; what AWS was asked for goes on. */
static pt_code connector_left(const char *name, const char *price, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix,
             "Watch it: pintop connector status %s. If you don't want it: pintop connector delete "
             "%s",
             name, name);
    return pt_error_set(err, PT_ECANCELLED, fix,
                        "mskconnect.connector: pintop no longer waits for %s. AWS goes on creating "
                        "it, which costs %s",
                        name, price);
}

static pt_code connector_await(struct check *check, const struct connector_new *made,
                               struct buf *said, struct pt_error *err)
{
    struct connector_wait at = {.begun_ms = clock_real_ms()};
    struct pt_error why;
    bool is_over = false;
    char price[80];
    text_copy(at.arn, sizeof at.arn, made->arn);
    progress_step(check, CONNECTOR_FIX_MS, "waiting for the connector %s", made->name);
    pt_code code = fix_wait(check, connector_look, &at, CONNECTOR_EVERY_MS, &is_over, &why);
    connector_price(made, &at.seen, price, sizeof price);
    if (strcmp(at.seen.state, "FAILED") != 0)
        progress_goes_on(check,
                         "The connector %s keeps running at AWS without pintop, %s, until it is "
                         "deleted (pintop connector delete %s).",
                         made->name, price, made->name);
    if (code == PT_OK)
        code = connector_end(&at.seen, made, is_over, said, err);
    else if (code == PT_ECANCELLED)
        code = connector_left(made->name, price, err);
    else
        *err = why;
    mskc_connector_done(&at.seen);
    return code;
}

static pt_code connector_make_run(struct check *check, struct buf *said, struct pt_error *err)
{
    struct connector_new made;
    struct pt_error why;
    pt_code code = connector_prepare(check, &made, &why);
    if (code == PT_OK && made.arn[0] == '\0')
        code = connector_send(check, &made, said, &why);
    if (code == PT_OK)
        code = connector_await(check, &made, said, err);
    else
        *err = why;
    connector_new_done(&made);
    return code;
}

const struct check_fix connect_connector_fix = {.kind = FIX_COSTS,
                                                .does = "create the connector",
                                                .limit_ms = CONNECTOR_FIX_MS,
                                                .plan = connector_plan,
                                                .run = connector_make_run};
