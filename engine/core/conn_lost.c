/* What became of a change whose answer was lost: the connection was cut after the request had gone
 * out, nothing came in time, or a server or a proxy on the way said that it failed inside. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/connectors_private.h"

/* A change is asked for, and then made: what is not there at the first look may come. */
enum { LOOKS = 6, BETWEEN_MS = 500, WHY_MAX = 400 };

enum seen { SEEN_DONE, SEEN_NOT_DONE, SEEN_NOTHING };

static const struct conn_backend_ops *ops_of(const struct conn_worker *worker)
{
    return worker->connectors->opts.ops;
}

static bool is_lost(pt_code code)
{
    return code == PT_EIO || code == PT_ETIMEOUT || code == PT_ESERVER;
}

static bool wait_a_little(struct conn_worker *worker)
{
    const struct http_transport *net = &worker->backend.access.net;
    return net->wait(net->arg, BETWEEN_MS) == PT_OK;
}

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

static bool is_restarting(const struct conn *conn)
{
    bool is = begins(conn->state, "RESTART");
    for (size_t i = 0; i < conn->n_tasks && !is; i++)
        is = begins(conn->tasks[i].state, "RESTART");
    return is;
}

/* One look at a connector for a change of that kind. */
static enum seen judge(enum pt_command_kind kind, const struct conn *fresh)
{
    bool is_done = kind == PT_CMD_CONNECTOR_PAUSE ? begins(fresh->state, "PAUS")
                   : kind == PT_CMD_CONNECTOR_RESUME
                       ? begins(fresh->state, "RESUM") || begins(fresh->state, "RUNNING")
                   : kind == PT_CMD_CONNECTOR_DELETE ? begins(fresh->state, "DELETING")
                                                     : is_restarting(fresh);
    /* One that runs may have been restarted and be through with it. */
    return is_done ? SEEN_DONE : kind == PT_CMD_CONNECTOR_RESTART ? SEEN_NOTHING : SEEN_NOT_DONE;
}

static pt_code tell(enum seen seen, const char *name, const char *now, pt_code code, char *said,
                    struct pt_error *err)
{
    char why[WHY_MAX] = "";
    if (seen == SEEN_DONE) {
        snprintf(said, PT_REASON_MAX, "the answer was lost, but it is done: it is %s", now);
        return PT_OK;
    }
    if (err != NULL)
        text_copy(why, sizeof why, err->what);
    if (seen == SEEN_NOT_DONE)
        return pt_error_set(err, code, "Send it again, if it is still wanted.",
                            "connector %s: the answer was lost, and it has not been done so far: "
                            "it is %s (%s)",
                            name, now, why);
    return pt_error_set(err, code, "Look with `pintop connector status` before it is sent again.",
                        "connector %s: the answer was lost: whether it was done is not known (%s)",
                        name, why);
}

pt_code conn_look_after(struct conn_worker *worker, const struct conn_job *job, pt_code code,
                        char *said, struct pt_error *err)
{
    enum pt_command_kind kind = job->command->kind;
    enum seen seen = SEEN_NOTHING;
    char now[40] = "";
    /* A restart is seen while it is under way, or never. */
    int looks = kind == PT_CMD_CONNECTOR_RESTART ? 2 : LOOKS;
    bool has_own = kind == PT_CMD_CONNECTOR_UPDATE || kind == PT_CMD_CONNECTOR_CREATE;
    if (!is_lost(code) || has_own || job->command->is_plan || ops_of(worker)->read == NULL)
        return code;
    for (int i = 0; i < looks && seen != SEEN_DONE && (i == 0 || wait_a_little(worker)); i++) {
        struct conn fresh;
        pt_code looked = ops_of(worker)->read(&worker->backend, &job->conn, &fresh, NULL);
        if (looked == PT_OK) {
            seen = judge(kind, &fresh);
            text_copy(now, sizeof now, fresh.state);
            conn_done(&fresh);
        } else if (looked == PT_ENOTFOUND && kind == PT_CMD_CONNECTOR_DELETE) {
            seen = SEEN_DONE;
            text_copy(now, sizeof now, "gone");
        }
    }
    return tell(seen, job->conn.name, now, code, said, err);
}

pt_code conn_look_for_created(struct conn_worker *worker, const char *name, pt_code code,
                              char *said, struct pt_error *err)
{
    enum seen seen = SEEN_NOTHING;
    char now[40] = "";
    if (!is_lost(code))
        return code;
    for (int i = 0; i < LOOKS && seen != SEEN_DONE && (i == 0 || wait_a_little(worker)); i++) {
        struct conn_list list = {0};
        pt_code looked = ops_of(worker)->list(&worker->backend, name, &list, NULL);
        if (looked == PT_OK && list.n > 0) {
            seen = SEEN_DONE;
            text_copy(now, sizeof now,
                      list.items[0].state[0] != '\0' ? list.items[0].state : "there");
        } else if (looked == PT_ENOTFOUND || looked == PT_OK) {
            seen = SEEN_NOT_DONE;
            text_copy(now, sizeof now, "not there");
        }
        conn_list_done(&list);
    }
    return tell(seen, name, now, code, said, err);
}

/* The same settings, no more and no fewer; the name is Connect's to add. */
static bool has_settings(const struct conn *fresh, const struct conn_setting *settings, size_t n)
{
    size_t n_same = 0, n_fresh = fresh->n_settings;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < fresh->n_settings; k++)
            if (strcmp(fresh->settings[k].name, settings[i].name) == 0 &&
                conn_setting_is_same(&fresh->settings[k], &settings[i]))
                n_same++;
    bool has_name = conn_get(fresh, "name")[0] != '\0';
    return n_same == n && (n_fresh == n || (has_name && n_fresh == n + 1));
}

pt_code conn_look_for_settings(struct conn_worker *worker, const struct conn *conn,
                               const struct conn_setting *settings, size_t n, pt_code code,
                               char *said, struct pt_error *err)
{
    enum seen seen = SEEN_NOTHING;
    bool is_under_way = false, is_old = false;
    char why[WHY_MAX] = "";
    if (!is_lost(code))
        return code;
    for (int i = 0; i < LOOKS && seen != SEEN_DONE && (i == 0 || wait_a_little(worker)); i++) {
        struct conn fresh;
        if (ops_of(worker)->read(&worker->backend, conn, &fresh, NULL) != PT_OK)
            continue;
        /* MSK Connect takes minutes, and keeps the old one until then. */
        is_under_way = strcmp(fresh.state, "UPDATING") == 0;
        bool is_done = is_under_way || has_settings(&fresh, settings, n);
        is_old = has_settings(&fresh, conn->settings, conn->n_settings);
        seen = is_done ? SEEN_DONE : SEEN_NOT_DONE;
        conn_done(&fresh);
    }
    if (seen == SEEN_DONE) {
        snprintf(said, PT_REASON_MAX, "the answer was lost, but the new configuration is %s",
                 is_under_way ? "on its way: it is UPDATING" : "in force");
        return PT_OK;
    }
    if (seen == SEEN_NOTHING)
        return tell(seen, conn->name, "", code, said, err);
    if (err != NULL)
        text_copy(why, sizeof why, err->what);
    if (!is_old)
        return pt_error_set(err, code,
                            "`pintop connector describe` shows it: decide then what is to be sent.",
                            "connector %s: the answer was lost, and the configuration in force is "
                            "neither the old one nor the one that was sent (%s)",
                            conn->name, why);
    return pt_error_set(err, code, "Send it again, if it is still wanted.",
                        "connector %s: the answer was lost, and the old configuration is still in "
                        "force (%s)",
                        conn->name, why);
}
