/* Sends one record that a person wrote, once, and says what became of it. */
#include "kafka/produce.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "kafka/admin_private.h"
#include "kafka/handle.h"
#include "kafka/produce_facts.h"
#include "kafka/topic_name.h"
#include "pintop/snapshot.h"

enum {
    PRODUCE_POLL_MS = 50,
    PRODUCE_PURGE_MS = 2000,
    PRODUCE_WHAT_MAX = 320,
    PRODUCE_WHY_MAX = 300
};

/* One record that was sent; filled by its delivery report. */
struct produce_job {
    struct admin *admin;
    const struct pt_command *cmd;
    const struct pt_draft *draft;
    const struct produce_opts *opts;
    char what[PRODUCE_WHAT_MAX];
    char why[PRODUCE_WHY_MAX]; /* the last reason of a broker that fails */
    bool is_mock, is_over;
    rd_kafka_resp_err_t code;
    rd_kafka_msg_status_t status;
    int32_t partition;
    int64_t offset, time_ms; /* Unix: the record's, or the one that the broker gave it */
};

static void produce_on_delivered(void *arg, const rd_kafka_message_t *message)
{
    struct produce_job *job = arg;
    rd_kafka_timestamp_type_t type;
    int64_t time_ms = rd_kafka_message_timestamp(message, &type);
    /* librdkafka's mock answers with a time that is none, and keeps the record's own. */
    bool is_brokers = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME && !job->is_mock;
    job->is_over = true;
    job->code = message->err;
    job->status = rd_kafka_message_status(message);
    job->partition = message->partition;
    job->offset = message->offset;
    if (is_brokers && time_ms >= 0)
        job->time_ms = time_ms;
}

static void produce_on_error(void *arg, rd_kafka_resp_err_t code, const char *reason)
{
    struct produce_job *job = arg;
    kafka_note_error(job->why, sizeof job->why, code, reason);
}

/* A record that is sent a second time after an answer was lost is the first one to the broker,
 * since the producer is idempotent. Whoever has turned that off gets no second try. */
static pt_code produce_open(struct produce_job *job, rd_kafka_t **rk, struct pt_error *err)
{
    static const char *const wishes[] = {"linger.ms=0", "compression.type=none"};
    static const char *const settings[] = {"acks=all", "retries=0"};
    const struct pt_config *cfg = job->admin->opts.cfg;
    const char *idempotent = cfg != NULL ? pt_config_get(cfg, "enable.idempotence") : NULL;
    bool is_idempotent = idempotent == NULL || strcmp(idempotent, "false") != 0;
    const struct handle_opts opts = {
        .kind = HANDLE_PRODUCER,
        .cfg = cfg,
        .bootstrap = job->admin->opts.bootstrap,
        .wishes = wishes,
        .n_wishes = sizeof wishes / sizeof *wishes,
        .settings = settings,
        .n_settings = is_idempotent ? 1 : 2,
        .hooks = {.arg = job, .error = produce_on_error, .delivered = produce_on_delivered},
    };
    return handle_new(&opts, rk, err);
}

static rd_kafka_headers_t *produce_headers(const struct produce_job *job)
{
    const struct pt_draft *draft = job->draft;
    bool needs_mark = job->opts->stream != NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(draft->n_headers + 1);
    for (size_t i = 0; i < draft->n_headers; i++) {
        const struct pt_draft_header *header = &draft->headers[i];
        rd_kafka_header_add(headers, header->name, -1, header->value, (ssize_t)header->value_len);
        needs_mark = needs_mark && strcmp(header->name, PT_DRAFT_MARK) != 0;
    }
    if (needs_mark)
        rd_kafka_header_add(headers, PT_DRAFT_MARK, -1, "pintop", -1);
    return headers;
}

/* librdkafka copies the texts, and takes the headers unless it refuses the record. */
static rd_kafka_resp_err_t produce_hand_over(struct produce_job *job, rd_kafka_t *rk)
{
    const struct pt_draft *draft = job->draft;
    rd_kafka_headers_t *headers = produce_headers(job);
    job->time_ms = clock_real_ms();
    rd_kafka_resp_err_t code = rd_kafka_producev(
        rk, RD_KAFKA_V_TOPIC(job->cmd->topic),
        RD_KAFKA_V_PARTITION(draft->partition >= 0 ? draft->partition : RD_KAFKA_PARTITION_UA),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(job->time_ms),
        RD_KAFKA_V_KEY((void *)(uintptr_t)draft->key, draft->key_len),
        RD_KAFKA_V_VALUE((void *)(uintptr_t)draft->value, draft->value_len),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_headers_destroy(headers);
    return code;
}

/* Waits for the delivery report. At the end of the time the record is taken back, as far as that
 * is possible: its report then says whether it had been sent. */
static void produce_wait(struct produce_job *job, rd_kafka_t *rk)
{
    int64_t until_us = clock_mono_us() + job->admin->opts.timeout_ms * INT64_C(1000);
    while (!job->is_over && clock_mono_us() < until_us)
        rd_kafka_poll(rk, PRODUCE_POLL_MS);
    if (job->is_over)
        return;
    until_us = clock_mono_us() + PRODUCE_PURGE_MS * INT64_C(1000);
    rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (!job->is_over && clock_mono_us() < until_us)
        rd_kafka_poll(rk, PRODUCE_POLL_MS);
    if (job->is_over)
        return;
    job->code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    job->status = RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED;
}

/* ---- what became of it ---- */

static pt_code produce_done(const struct produce_job *job, struct pt_result *result,
                            struct pt_error *err)
{
    char time[40];
    struct pt_peeked *record = calloc(1, sizeof *record);
    if (record == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL,
                            "%s: it was written, and out of memory it cannot be told where",
                            job->what);
    *record = (struct pt_peeked){.partition = job->partition,
                                 .offset = job->offset,
                                 .time_ms = job->time_ms,
                                 .headers = "",
                                 .value_bytes = (int64_t)job->draft->value_len};
    result->records = record;
    result->n_records = 1;
    result->bytes += sizeof *record;
    clock_format_ms(job->time_ms, time, sizeof time);
    admin_say(result, "Produced into %s: partition %" PRId32 ", offset %" PRId64 ", %s.",
              job->cmd->topic, job->partition, job->offset, time);
    return PT_OK;
}

static const char *produce_why(const struct produce_job *job)
{
    bool is_purged = job->code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
                     job->code == RD_KAFKA_RESP_ERR__PURGE_QUEUE;
    if (job->why[0] != '\0')
        return job->why;
    return is_purged ? "the broker did not answer" : rd_kafka_err2str(job->code);
}

static pt_code produce_unknown(const struct produce_job *job, struct pt_result *result,
                               struct pt_error *err)
{
    result->is_unsure = true;
    return pt_error_set(err, PT_ETIMEOUT,
                        "Look for it (`pintop topics peek`) before you produce it again: a second "
                        "one would be a duplicate",
                        "%s: the record was sent, no acknowledgement came within %d s, and it may "
                        "have been written (%s)",
                        job->what, job->admin->opts.timeout_ms / 1000, produce_why(job));
}

static pt_code produce_not_written(const struct produce_job *job, struct pt_error *err)
{
    struct pt_error own;
    if (job->code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || job->code == RD_KAFKA_RESP_ERR__TIMED_OUT)
        return pt_error_set(err, PT_EKAFKA, "Check that the brokers can be reached",
                            "%s: nothing was written: no broker took the record within %d s (%s)",
                            job->what, job->admin->opts.timeout_ms / 1000, produce_why(job));
    pt_code code = kafka_asked(&own, job->code, ASK_WRITE, job->cmd->topic, job->what, NULL);
    if (err != NULL) {
        *err = own;
        text_put(err->what, sizeof err->what, "%s; nothing was written", own.what);
    }
    return code;
}

static pt_code produce_send(struct produce_job *job, struct pt_result *result, struct pt_error *err)
{
    rd_kafka_t *rk = NULL;
    pt_code code = produce_open(job, &rk, err);
    if (code != PT_OK)
        return code;
    job->code = produce_hand_over(job, rk);
    if (job->code == RD_KAFKA_RESP_ERR_NO_ERROR)
        produce_wait(job, rk);
    else
        job->status = RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
    handle_free(rk);
    if (job->status == RD_KAFKA_MSG_STATUS_PERSISTED)
        return produce_done(job, result, err);
    return job->status == RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED ? produce_unknown(job, result, err)
                                                                 : produce_not_written(job, err);
}

/* ---- the command ---- */

static pt_code produce_check_seen(const struct produce_job *job, const struct pt_result *result,
                                  struct pt_error *err)
{
    const char *seen = job->cmd->seen;
    if (seen == NULL || seen[0] == '\0' || strcmp(seen, result->seen) == 0)
        return PT_OK;
    return pt_error_set(err, PT_EBUSY, "Look at it again, and decide then",
                        "%s: nothing was sent, because something is not as it was shown",
                        job->what);
}

static pt_code produce_nothing_sent(struct pt_error *err)
{
    if (err != NULL) {
        struct pt_error own = *err;
        err->code = PT_EKAFKA;
        text_put(err->what, sizeof err->what, "%s; nothing was sent", own.what);
    }
    return PT_EKAFKA;
}

static pt_code produce_plan_or_send(struct produce_job *job, struct pt_result *result,
                                    struct pt_error *err)
{
    struct produce_facts facts;
    pt_code code = produce_look(job->admin, job->cmd, job->draft, job->opts, &facts, err);
    if (code == PT_ETIMEOUT) /* that code is kept for a record of which nobody knows */
        code = produce_nothing_sent(err);
    if (code == PT_OK)
        code = produce_judge(job->draft, &facts, err);
    if (code == PT_OK)
        code = produce_tell(job->draft, &facts, result, err);
    if (code == PT_OK)
        code = produce_check_seen(job, result, err);
    if (code != PT_OK)
        return code;
    job->is_mock = facts.is_embedded;
    if (!job->cmd->is_plan)
        return produce_send(job, result, err);
    admin_say(result, "Would produce a record into topic %s. Nothing was sent.", job->cmd->topic);
    return PT_OK;
}

pt_code admin_produce(struct admin *admin, const struct pt_command *cmd,
                      const struct produce_opts *opts, struct pt_result *result,
                      struct pt_error *err)
{
    struct produce_job job = {
        .admin = admin, .cmd = cmd, .opts = opts, .status = RD_KAFKA_MSG_STATUS_NOT_PERSISTED};
    struct pt_draft *draft = NULL;
    const char *text = cmd->record != NULL ? cmd->record : "";
    snprintf(job.what, sizeof job.what, "produce into topic %s", cmd->topic);
    pt_code code =
        cmd->is_plan ? admin_begin(admin, err) : admin_begin_change(admin, cmd->topic, false, err);
    if (code == PT_OK)
        code = pt_draft_read(text, strlen(text), &draft, NULL, err);
    job.draft = draft;
    if (code == PT_OK)
        code = produce_plan_or_send(&job, result, err);
    pt_draft_free(draft);
    return code;
}
