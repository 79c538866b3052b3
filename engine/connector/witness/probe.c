#include "connector/witness/probe_private.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aws/call.h"
#include "aws/s3.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "base/text.h"
#include "connector/sink.h"
#include "connector/witness/ask.h"

enum {
    CALL_MS = 15000,   /* a slower write counts as failed */
    BUDGET_MS = 25000, /* after this time no further place is begun */
    CLEAN_MS = 4000,   /* for cleaning up after ^C: the user waits for the end */
    CLEAN_TRIES = 2,
    ETAG_MAX = 80,
    UPLOAD_MAX = 1024,
    HEADERS_MAX = 4
};

static const char body[] = "{\"pintop\":\"write probe\",\"may\":\"be deleted\"}\n";

/* ------------------------------------------------------------------ the plan */

static bool is_good_id(const char *id)
{
    size_t n = strlen(id);
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)id[i]))
            return false;
    return n == PROBE_ID_LEN;
}

/* Kafka Connect's well-known S3 sinks write each object in parts, however small it is. */
static bool does_write_parts(const struct conn *conn)
{
    return strncmp(conn->class_name, "io.confluent.", 13) == 0 ||
           strncmp(conn->class_name, "io.aiven.", 9) == 0 ||
           conn_get(conn, "s3.part.size")[0] != '\0';
}

/* topic NULL: beside the topics. A key that does not fit is skipped: cut off, it could be
 * another object's. */
static void probe_add_place(struct probe *probe, const struct sink *sink, const char *topic,
                            const char *id, bool is_parts)
{
    struct probe_place *place = &probe->places[probe->n_places];
    int n = snprintf(place->key, sizeof place->key, "%s%s%s%s.pintop-probe-%s", sink->topics_dir,
                     sink->topics_dir[0] != '\0' ? sink->delim : "", topic != NULL ? topic : "",
                     topic != NULL ? sink->delim : "", id);
    if (n < 0 || (size_t)n >= sizeof place->key) {
        probe->n_left_out++;
        return;
    }
    place->is_parts = is_parts && topic != NULL;
    place->is_sinks = topic != NULL;
    probe->n_places++;
}

pt_code probe_plan(const struct conn *conn, const char *id, const char (*topics)[PT_TOPIC_MAX],
                   size_t n_topics, struct probe *probe, struct pt_error *err)
{
    struct sink sink;
    memset(probe, 0, sizeof *probe);
    probe->slowest_s = NAN;
    sink_read(conn, &sink);
    if (!conn->has_settings)
        return pt_error_set(
            err, PT_EUNSUPPORTED, "See `pintop connector describe` for why it cannot be read",
            "connector %s: its configuration is unknown, and so is where it writes", conn->name);
    if (!sink.is_s3)
        return pt_error_set(err, PT_EUNSUPPORTED, "Use the probe for sinks that write to S3",
                            "connector %s: it does not write to S3", conn->name);
    if (!is_good_id(id))
        return pt_error_set(err, PT_EUSAGE, "Use letters and digits",
                            "connector %s: '%s' cannot be part of the probe's key", conn->name, id);
    text_copy(probe->bucket, sizeof probe->bucket, sink.bucket);
    text_copy(probe->store_url, sizeof probe->store_url, sink.store_url);
    probe_add_place(probe, &sink, NULL, id, false);
    for (size_t i = 0; i < n_topics && i < PROBE_TOPICS; i++)
        probe_add_place(probe, &sink, topics[i], id, does_write_parts(conn));
    if (n_topics > PROBE_TOPICS)
        probe->n_left_out += n_topics - PROBE_TOPICS;
    return probe->n_places > 0
               ? PT_OK
               : pt_error_set(err, PT_EUNSUPPORTED, "Shorten topics.dir",
                              "connector %s: the probe's key is too long", conn->name);
}

/* ------------------------------------------------------------------ one call */

struct run {
    const struct conn *conn;
    const struct probe_access *access;
    struct probe *probe;
    struct s3_bucket bucket;
    const char *headers[2 * HEADERS_MAX + 1]; /* for writes; NULL at the end */
    size_t n_headers;
    char upload[UPLOAD_MAX];
    int64_t call_ms;
};

static void add_header(struct run *run, const char *name, const char *value)
{
    if (*value == '\0' || run->n_headers == HEADERS_MAX)
        return;
    run->headers[2 * run->n_headers] = name;
    run->headers[2 * run->n_headers++ + 1] = value;
}

/* The headers that the sink sends, because a bucket policy may refuse any other write. */
static void read_headers(struct run *run)
{
    add_header(run, "x-amz-acl", conn_get(run->conn, "s3.acl.canned"));
    add_header(run, "x-amz-server-side-encryption", conn_get(run->conn, "s3.ssea.name"));
    add_header(run, "x-amz-server-side-encryption-aws-kms-key-id",
               conn_get(run->conn, "s3.sse.kms.key.id"));
}

static bool probe_is_cancelled(const struct run *run)
{
    return run->access->is_cancelled != NULL && run->access->is_cancelled(run->access->arg);
}

/* NULL when there is no room. */
static struct probe_step *probe_note(struct run *run, enum probe_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static struct probe_step *probe_note(struct run *run, enum probe_level level, const char *fmt, ...)
{
    struct probe *probe = run->probe;
    va_list args;
    if (probe->n_steps == sizeof probe->steps / sizeof *probe->steps)
        return NULL;
    struct probe_step *step = &probe->steps[probe->n_steps++];
    step->level = level;
    va_start(args, fmt);
    text_put_args(step->says, sizeof step->says, fmt, args);
    va_end(args);
    return step;
}

/* Makes one call, once. A failure is noted with its answer and its duration. */
static pt_code probe_call(struct run *run, const char *does, const char *key, struct aws_call *aws,
                          struct aws_answer *answer, double *seconds, struct pt_error *err)
{
    char id[PT_REQUEST_ID_MAX + 16] = "";
    int64_t begun_us = clock_mono_us();
    aws->attempts = 1;
    aws->call_ms = run->call_ms;
    aws->connect_ms = run->call_ms;
    pt_code code =
        s3_call(run->access->client, run->access->keys, &run->bucket, key, aws, answer, err);
    *seconds = (double)(clock_mono_us() - begun_us) / 1e6;
    if (code == PT_OK || code == PT_ECANCELLED)
        return code;
    if (err->request_id[0] != '\0')
        snprintf(id, sizeof id, " (request id %s)", err->request_id);
    bool is_read = strcmp(aws->method, "GET") == 0; /* the sink itself never reads */
    struct probe_step *step = probe_note(
        run, is_read ? PROBE_NOTE : PROBE_FAIL, "%s %s: %s after %.2f s: %.460s%s", does, key,
        probe_is_silence(err) ? "no answer" : "refused", *seconds, probe_reason_of(err), id);
    if (step != NULL)
        step->is_refusal = !probe_is_silence(err);
    return code;
}

/* ------------------------------------------------------------------ writing */

static pt_code put_whole(struct run *run, struct probe_place *place, double *seconds,
                         struct pt_error *err)
{
    struct aws_answer answer;
    struct aws_call aws = {.operation = "PutObject",
                           .method = "PUT",
                           .headers = run->headers,
                           .body = body,
                           .body_len = sizeof body - 1};
    place->is_written = true; /* also when the answer is lost */
    pt_code code = probe_call(run, "write", place->key, &aws, &answer, seconds, err);
    aws_answer_done(&answer);
    /* S3 refused it with an answer of its own, so nothing was written. */
    if (code != PT_OK && code != PT_ECANCELLED && err->service_code[0] != '\0' &&
        code != PT_ESERVER)
        place->is_written = false;
    return code;
}

static pt_code probe_begin_parts(struct run *run, const char *key, double *seconds,
                                 struct pt_error *err)
{
    struct aws_answer answer;
    struct xml *xml = NULL;
    struct aws_call aws = {.operation = "CreateMultipartUpload",
                           .method = "POST",
                           .query = "uploads=",
                           .headers = run->headers};
    run->upload[0] = '\0';
    pt_code code = probe_call(run, "write (begin an upload)", key, &aws, &answer, seconds, err);
    if (code == PT_OK)
        code = xml_parse(answer.http.body, answer.http.len, &xml, err);
    aws_answer_done(&answer);
    if (code != PT_OK)
        return code;
    text_copy(run->upload, sizeof run->upload, xml_get(xml_root(xml), "UploadId"));
    xml_free(xml);
    if (run->upload[0] != '\0')
        return PT_OK;
    probe_note(run, PROBE_FAIL, "write (begin an upload) %s: the answer has no UploadId", key);
    return pt_error_set(err, PT_EDATA, "Check whether that server speaks S3",
                        "S3 CreateMultipartUpload: the answer has no UploadId");
}

static pt_code put_part(struct run *run, const char *key, char etag[ETAG_MAX], double *seconds,
                        struct pt_error *err)
{
    struct aws_answer answer;
    struct buf query;
    buf_init(&query, 2 * UPLOAD_MAX);
    aws_form_add(&query, "partNumber", "1");
    aws_form_add(&query, "uploadId", run->upload);
    struct aws_call aws = {.operation = "UploadPart",
                           .method = "PUT",
                           .query = query.data,
                           .body = body,
                           .body_len = sizeof body - 1};
    pt_code code = probe_call(run, "write (a part)", key, &aws, &answer, seconds, err);
    if (code == PT_OK)
        http_answer_header(&answer.http, "etag", etag, ETAG_MAX);
    aws_answer_done(&answer);
    buf_done(&query);
    return code;
}

static pt_code complete_parts(struct run *run, struct probe_place *place, const char *etag,
                              double *seconds, struct pt_error *err)
{
    struct aws_answer answer;
    struct buf query, text;
    buf_init(&query, 2 * UPLOAD_MAX);
    buf_init(&text, 1024);
    aws_form_add(&query, "uploadId", run->upload);
    buf_printf(&text,
               "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
               "<Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>",
               etag);
    struct aws_call aws = {.operation = "CompleteMultipartUpload",
                           .method = "POST",
                           .query = query.data,
                           .content_type = "application/xml",
                           .body = text.data,
                           .body_len = text.len};
    place->is_written = true; /* also when the answer is lost */
    pt_code code =
        probe_call(run, "write (complete the upload)", place->key, &aws, &answer, seconds, err);
    aws_answer_done(&answer);
    buf_done(&query);
    buf_done(&text);
    return code;
}

/* Calls that remove what was written, with the cleaner, several attempts. */
static pt_code probe_clean(struct run *run, const struct aws_keys *keys, const char *key,
                           const struct aws_call *what, struct pt_error *err)
{
    pt_code code = PT_OK;
    int tries = probe_is_cancelled(run) ? 1 : CLEAN_TRIES;
    for (int i = 0; i < tries; i++) {
        struct aws_answer answer;
        struct aws_call aws = *what;
        aws.method = "DELETE";
        aws.attempts = 1;
        aws.call_ms = aws.connect_ms =
            probe_is_cancelled(run) && run->call_ms > CLEAN_MS ? CLEAN_MS : run->call_ms;
        code = s3_call(run->access->cleaner, keys, &run->bucket, key, &aws, &answer, err);
        aws_answer_done(&answer);
        if (code == PT_OK || code == PT_ENOTFOUND || code == PT_EAUTH || probe_is_silence(err))
            break;
    }
    return code == PT_ENOTFOUND ? PT_OK : code;
}

static void probe_abort_parts(struct run *run, const char *key)
{
    struct buf query;
    struct pt_error why;
    buf_init(&query, 2 * UPLOAD_MAX);
    aws_form_add(&query, "uploadId", run->upload);
    const struct aws_call aws = {.operation = "AbortMultipartUpload", .query = query.data};
    if (probe_clean(run, run->access->keys, key, &aws, &why) != PT_OK) {
        probe_note(
            run, PROBE_NOTE,
            "abort the upload %.60s of %s: %.200s. It remains there: a lifecycle rule of the "
            "bucket or `aws s3api abort-multipart-upload` removes it",
            run->upload, key, probe_reason_of(&why));
        run->probe->n_left++;
    }
    buf_done(&query);
}

static pt_code put_parts(struct run *run, struct probe_place *place, double *seconds,
                         struct pt_error *err)
{
    char etag[ETAG_MAX] = "";
    double part = 0, whole = 0;
    pt_code code = probe_begin_parts(run, place->key, seconds, err);
    if (code != PT_OK && run->upload[0] == '\0' && (probe_is_silence(err) || code == PT_ECANCELLED))
        probe_note(
            run, PROBE_NOTE,
            "an upload of %s may have been started; it holds no data, and a lifecycle rule of the "
            "bucket removes it",
            place->key);
    if (code == PT_OK)
        code = put_part(run, place->key, etag, &part, err);
    if (code == PT_OK)
        code = complete_parts(run, place, etag, &whole, err);
    *seconds += part + whole;
    if (code != PT_OK && run->upload[0] != '\0')
        probe_abort_parts(run, place->key);
    run->upload[0] = '\0';
    return code;
}

/* ------------------------------------------------------------------ reading and deleting */

static void read_back(struct run *run, const struct probe_place *place)
{
    struct aws_answer answer;
    struct pt_error why;
    double seconds;
    struct aws_call aws = {.operation = "GetObject", .method = "GET", .max_bytes = 65536};
    if (probe_call(run, "read", place->key, &aws, &answer, &seconds, &why) == PT_OK) {
        bool is_same = answer.http.len == sizeof body - 1 &&
                       memcmp(answer.http.body, body, sizeof body - 1) == 0;
        probe_note(run, is_same ? PROBE_OK : PROBE_FAIL, "read %s: %s, %.2f s", place->key,
                   is_same ? "the same bytes" : "NOT the bytes that were written", seconds);
    }
    aws_answer_done(&answer);
}

static void take_away(struct run *run, struct probe_place *place)
{
    static const struct aws_call aws = {.operation = "DeleteObject"};
    struct pt_error why, other;
    const char *with = "";
    if (!place->is_written)
        return;
    int64_t begun_us = clock_mono_us();
    pt_code code = probe_clean(run, run->access->keys, place->key, &aws, &why);
    if (code == PT_EAUTH && run->access->other_keys != NULL) {
        code = probe_clean(run, run->access->other_keys, place->key, &aws, &other);
        with =
            " with pintop's own credentials (the connector's are not allowed to, and need not be)";
    }
    double seconds = (double)(clock_mono_us() - begun_us) / 1e6;
    if (code == PT_OK) {
        place->is_written = false;
        probe_note(run, PROBE_OK, "delete %s: done%s, %.2f s", place->key, with, seconds);
        return;
    }
    run->probe->n_left++;
    probe_note(run, PROBE_NOTE, "delete %s: %s. It may still exist: `aws s3 rm 's3://%s/%s'`",
               place->key, probe_reason_of(&why), run->probe->bucket, place->key);
}

/* ------------------------------------------------------------------ all of it */

static void probe_refuse(struct probe *probe, const struct pt_error *err)
{
    if (probe->is_refused)
        return;
    probe->is_refused = true;
    probe->error = *err;
}

/* Returns false when the other places need not be tried. Only a policy can decide differently
 * elsewhere. */
static bool try_place(struct run *run, struct probe_place *place)
{
    struct probe *probe = run->probe;
    struct pt_error err = {0};
    double seconds = 0;
    pt_code code = place->is_parts ? put_parts(run, place, &seconds, &err)
                                   : put_whole(run, place, &seconds, &err);
    if (code == PT_OK) {
        probe_note(run, seconds >= PROBE_SLOW_S ? PROBE_FAIL : PROBE_OK, "write %s%s: done, %.2f s",
                   place->key, place->is_parts ? " (in parts, as the sink does)" : "", seconds);
        probe->n_taken++;
        if (!(probe->slowest_s >= seconds))
            probe->slowest_s = seconds;
        if (!probe_is_cancelled(run))
            read_back(run, place);
    } else if (code != PT_ECANCELLED &&
               (place->is_sinks || probe->n_places == 1 || code != PT_EAUTH)) {
        probe_refuse(probe, &err);
    }
    take_away(run, place);
    return code == PT_OK || code == PT_EAUTH;
}

/* A write that was refused only above the topics does not matter to a sink that writes below
 * them. */
static void probe_forgive(struct probe *probe)
{
    for (size_t i = 0; !probe->is_refused && i < probe->n_steps; i++)
        if (probe->steps[i].level == PROBE_FAIL && probe->steps[i].is_refusal)
            probe->steps[i].level = PROBE_NOTE;
}

void probe_run(const struct conn *conn, const struct probe_access *access, struct probe *probe)
{
    struct run run = {.conn = conn,
                      .access = access,
                      .probe = probe,
                      .bucket = {.name = probe->bucket},
                      .call_ms = access->call_ms > 0 ? access->call_ms : CALL_MS};
    struct pt_error why = {0};
    int64_t until_us = clock_mono_us() + BUDGET_MS * INT64_C(1000);
    size_t i = 0;
    read_headers(&run);
    if (objects_check_bucket(probe->bucket, &why) != PT_OK) {
        probe_note(&run, PROBE_FAIL, "%s", probe_reason_of(&why));
        probe_refuse(probe, &why);
        i = probe->n_places;
    }
    while (i < probe->n_places && !probe_is_cancelled(&run) && clock_mono_us() < until_us)
        if (!try_place(&run, &probe->places[i++]))
            break;
    probe->is_cancelled = probe_is_cancelled(&run);
    if (i < probe->n_places)
        probe_note(&run, PROBE_NOTE, "%zu further %s not tried", probe->n_places - i,
                   probe->n_places - i == 1 ? "place was" : "places were");
    probe_forgive(probe);
    const struct probe_write write = {
        .conn = conn, .bytes = sizeof body - 1, .wait_ms = run.call_ms};
    probe_explain(&write, probe);
}
