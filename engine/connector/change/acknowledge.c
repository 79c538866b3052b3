/* An operator acknowledges the losses of a connector: the losses that were shown are written down
 * and no longer raise an alarm. Nothing is sent to any server. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/user.h"
#include "connector/watch/loss_file.h"
#include "connector/watch/worker.h"
#include "desk/result_lines.h"

/* Writes user@host; "?" where there is no name. */
static void acknowledge_put_user(char *out, size_t cap)
{
    char user[49], host[72] = "?";
    user_name(user, sizeof user);
    gethostname(host, sizeof host - 1);
    snprintf(out, cap, "%s@%.64s", user, host);
}

static void acknowledge_put_line(const struct loss_mark *mark, char *out, size_t cap)
{
    static const char *const what[LOSS_KINDS] = {
        [LOSS_DELETED] = "deleted by retention before they were read",
        [LOSS_SKIPPED] = "skipped because an offset was moved forward",
        [LOSS_MISSING] = "committed and in no object",
    };
    if (mark->kind == LOSS_DEAD)
        snprintf(out, cap,
                 "%" PRId64 " records in the dead letter queue topic %s, up to those there now",
                 mark->records, mark->topic);
    else
        snprintf(out, cap, "%" PRId64 " records of %s-%d, offset %" PRId64 " to %" PRId64 ", %s",
                 mark->records, mark->topic, mark->partition, mark->from, mark->to - 1,
                 what[mark->kind]);
}

/* The fingerprint covers what is shown. */
static void acknowledge_fingerprint(const struct loss_marks *marks, char *out, size_t cap)
{
    uint64_t sum = HASH64_EMPTY;
    char line[500];
    for (size_t i = 0; i < marks->n; i++) {
        acknowledge_put_line(&marks->items[i], line, sizeof line);
        sum = hash64_text(sum, line);
    }
    snprintf(out, cap, "%016" PRIx64, sum);
}

static void acknowledge_show(const struct loss_marks *marks, struct pt_result *result)
{
    struct result_lines lines;
    char text[500];
    result_lines_init(&lines);
    for (size_t i = 0; i < marks->n; i++) {
        acknowledge_put_line(&marks->items[i], text, sizeof text);
        result_lines_add(&lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = "+"}, text);
    }
    result_lines_done(&lines, result);
}

static void acknowledge_tell(struct conn_worker *worker, const struct conn_job *job,
                             struct loss_marks *all)
{
    const struct connectors_opts *opts = &worker->connectors->opts;
    struct conn_news *news = calloc(1, sizeof *news);
    if (news == NULL) {
        loss_marks_done(all); /* the next list will contain it */
        return;
    }
    news->ask = CONN_ASK_COMMAND;
    news->key = job->key;
    news->asked_ms = clock_real_ms();
    news->has_marks = true;
    news->marks = *all;
    opts->news(opts->arg, news);
}

static pt_code write_down(struct conn_worker *worker, const struct conn_job *job,
                          struct pt_result *result, struct pt_error *err)
{
    struct loss_marks marks = {0}, all;
    bool is_good = true;
    for (size_t i = 0; i < job->marks.n && is_good; i++) {
        struct loss_mark mark = job->marks.items[i];
        mark.marked_ms = clock_real_ms();
        acknowledge_put_user(mark.by, sizeof mark.by);
        is_good = loss_marks_add(&marks, &mark);
    }
    const char *dir = pt_config_get(worker->connectors->opts.cfg, "pintop.state.dir");
    pt_code code = is_good && dir != NULL
                       ? loss_file_add(dir, LOSS_FILE_ACKNOWLEDGED, &marks, &all, err)
                       : pt_error_set(err, PT_ENOMEM, NULL, "losses: out of memory");
    if (code == PT_OK) {
        snprintf(result->text, sizeof result->text,
                 "connector %.90s: acknowledged by %.60s; a loss that comes later is told",
                 result->topic, marks.items[0].by);
        acknowledge_tell(worker, job, &all);
    }
    loss_marks_done(&marks);
    return code;
}

pt_code conn_acknowledge(struct conn_worker *worker, const struct conn_job *job,
                         struct pt_result *result, char *said, struct pt_error *err)
{
    (void)said;
    const char *seen = job->command->seen;
    acknowledge_fingerprint(&job->marks, result->seen, sizeof result->seen);
    if (seen != NULL && seen[0] != '\0' && strcmp(seen, result->seen) != 0)
        return pt_error_set(err, PT_EBUSY, "Look at them again, and decide then.",
                            "connector %s: nothing was acknowledged, because its losses are others "
                            "than those that were shown",
                            job->conn.name);
    if (job->marks.n == 0) {
        snprintf(result->text, sizeof result->text,
                 "connector %.90s: there is no loss to acknowledge", job->conn.name);
        return PT_OK;
    }
    acknowledge_show(&job->marks, result);
    return job->command->is_plan ? PT_OK : write_down(worker, job, result, err);
}
