/* Finds out what became of a change whose answer was lost: the connection broke after the request
 * was sent, no answer came in time, or a server or proxy on the way reported an internal error. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "connector/watch/deed.h"
#include "connector/watch/worker.h"
#include "net/http.h"

/* A change is accepted first and made later: it may not be visible at the first look. */
enum { LOOKS = 6, BETWEEN_MS = 500, WHY_MAX = 400 };

enum seen { SEEN_DONE, SEEN_NOT_DONE, SEEN_NOTHING };

static bool wait_a_little(struct conn_worker *worker)
{
    const struct http_transport *net = &worker->backend.access.net;
    return net->wait(net->arg, BETWEEN_MS) == PT_OK;
}

/* Judges one look at a connector for such a deed. */
static enum seen lost_judge(const struct conn_deed *deed, const struct conn *fresh)
{
    /* A connector that runs may have completed its restart. */
    return deed->is_done(fresh) ? SEEN_DONE : deed->is_passing ? SEEN_NOTHING : SEEN_NOT_DONE;
}

static pt_code lost_tell(enum seen seen, const char *name, const char *now, pt_code code,
                         char *said, struct pt_error *err)
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
    const struct conn_deed *deed = job->deed;
    enum seen seen = SEEN_NOTHING;
    char now[40] = "";
    /* A restart is visible only while it is in progress. */
    int looks = deed->is_passing ? 2 : LOOKS;
    if (!http_is_answer_lost(code) || deed->is_done == NULL || job->command->is_plan ||
        conn_worker_ops(worker)->read == NULL)
        return code;
    for (int i = 0; i < looks && seen != SEEN_DONE && (i == 0 || wait_a_little(worker)); i++) {
        struct conn fresh;
        pt_code looked = conn_worker_ops(worker)->read(&worker->backend, &job->conn, &fresh, NULL);
        if (looked == PT_OK) {
            seen = lost_judge(deed, &fresh);
            text_copy(now, sizeof now, fresh.state);
            conn_done(&fresh);
        } else if (looked == PT_ENOTFOUND && deed->is_removal) {
            seen = SEEN_DONE;
            text_copy(now, sizeof now, "gone");
        }
    }
    return lost_tell(seen, job->conn.name, now, code, said, err);
}

pt_code conn_look_for_created(struct conn_worker *worker, const char *name, pt_code code,
                              char *said, struct pt_error *err)
{
    enum seen seen = SEEN_NOTHING;
    char now[40] = "";
    if (!http_is_answer_lost(code))
        return code;
    for (int i = 0; i < LOOKS && seen != SEEN_DONE && (i == 0 || wait_a_little(worker)); i++) {
        struct conn_list list = {0};
        pt_code looked = conn_worker_ops(worker)->list(&worker->backend, name, &list, NULL);
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
    return lost_tell(seen, name, now, code, said, err);
}

/* The same settings, no more and no fewer; Connect adds the name itself. */
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
    if (!http_is_answer_lost(code))
        return code;
    for (int i = 0; i < LOOKS && seen != SEEN_DONE && (i == 0 || wait_a_little(worker)); i++) {
        struct conn fresh;
        if (conn_worker_ops(worker)->read(&worker->backend, conn, &fresh, NULL) != PT_OK)
            continue;
        /* MSK Connect takes minutes, and reports the old configuration until then. */
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
        return lost_tell(seen, conn->name, "", code, said, err);
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
