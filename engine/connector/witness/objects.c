/* The newest object of a sink, found cheaply: from the end of a partition's folder, or of the
 * newest hour's (newest.h); never by walking all keys. The requests use the connector's own
 * credentials and endpoint when its configuration has them: then S3's refusal is what the
 * connector gets, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/s3.h"
#include "base/clock.h"
#include "base/printable.h"
#include "base/text.h"
#include "connector/sink.h"
#include "connector/witness/ask.h"
#include "connector/witness/losses.h"
#include "connector/witness/newest.h"

enum { HOUR_MS = 3600 * 1000 };

pt_code objects_own_make(const struct aws_client *client, const struct http_transport *net,
                         const struct sink *sink, struct objects_own *own, struct pt_error *err)
{
    memset(own, 0, sizeof *own);
    const struct aws_options options = {.region = sink->region,
                                        .endpoint_url =
                                            sink->store_url[0] != '\0' ? sink->store_url : NULL,
                                        .endpoint_who = "store.url of the connector"};
    aws_client_init(&own->client, &client->world, net, &options);
    own->client.pace =
        sink->store_url[0] == '\0' ? client->pace : NULL; /* otherwise it is not AWS's */
    own->has_client = true;
    own->has_keys =
        sink->key_id[0] != '\0' && sink->secret[0] != '\0' &&
        strchr(sink->secret, '$') == NULL; /* ${file:…} can only be resolved by the worker */
    if (own->has_keys && !aws_keys_set(&own->keys, sink->key_id, sink->secret, NULL))
        return pt_error_set(err, PT_ENOMEM, NULL, "S3: out of memory");
    return aws_client_load(&own->client, err);
}

void objects_own_done(struct objects_own *own)
{
    if (own->has_client)
        aws_client_done(&own->client);
    aws_keys_done(&own->keys);
}

struct asking {
    struct aws_client *client;
    const struct aws_keys *keys;
    struct s3_bucket bucket;
    const struct conn *conn;
    const struct sink *sink;
    const char (*topics)[PT_TOPIC_MAX];
    struct conn_objects *out;
    bool has_room; /* for two LISTs of each partition at once */
};

static pt_code objects_list(void *arg, const char *prefix, const char *delimiter,
                            const char *start_after, size_t max, struct s3_listing *out,
                            struct pt_error *err)
{
    struct asking *a = arg;
    return s3_list(a->client, a->keys, &a->bucket, prefix, delimiter, start_after, max, out, err);
}

static void objects_keep(struct asking *a, struct conn_row *row, const struct newest *newest)
{
    struct conn_objects *out = a->out;
    row->gaps = newest->gaps;
    row->newest_bytes = newest->bytes;
    row->is_newest_sure = newest->is_sure;
    if (!newest->is_sure) { /* there may be newer objects: an old one must not be taken for the
                             * newest */
        row->newest_offset = newest->offset;
        out->is_unsure = true;
        return;
    }
    row->newest_offset = newest->offset;
    row->newest_ms = newest->time_ms;
    if (newest->time_ms == PT_UNKNOWN)
        return;
    if (out->newest_ms == PT_UNKNOWN || newest->time_ms > out->newest_ms) {
        out->newest_ms = newest->time_ms;
        text_copy(out->newest, sizeof out->newest, newest->key);
    }
    for (int s = 0; s < PT_STREAMS; s++)
        if (strcmp(a->topics[s], row->topic) == 0 &&
            (out->topic_ms[s] == PT_UNKNOWN || newest->time_ms > out->topic_ms[s]))
            out->topic_ms[s] = newest->time_ms;
}

static int64_t end_of(const struct conn_row *row)
{
    return row->committed != PT_UNKNOWN ? row->committed : row->high;
}

static pt_code objects_by_offset(struct asking *a, struct newest_lister *lister,
                                 struct conn_row *row, struct pt_error *err)
{
    char prefix[768];
    struct newest newest = NEWEST_NOTHING;
    newest.offset = row->newest_offset;
    newest.time_ms = row->newest_ms;
    newest.bytes = row->newest_bytes;
    newest.gaps = row->gaps;
    bool is_known = row->newest_offset >= 0;
    losses_gap_min(a->conn, a->sink, &newest.gaps);
    if (!sink_prefix(a->sink, row->topic, row->partition, prefix, sizeof prefix))
        return PT_OK;
    pt_code code = newest_in_folder(lister, a->sink, prefix, row->topic, row->partition,
                                    end_of(row), &newest, err);
    if (code == PT_OK && newest.is_sure && (is_known || a->has_room))
        code =
            newest_gaps_before(lister, a->sink, prefix, row->topic, row->partition, &newest, err);
    if (code == PT_OK)
        objects_keep(a, row, &newest);
    return code;
}

/* Looks in this hour's folder, the previous one, or else in the newest that exists. */
static pt_code by_hour(struct asking *a, struct newest_lister *lister, struct conn_row *row,
                       struct pt_error *err)
{
    int64_t now_ms = clock_real_ms();
    struct newest newest = NEWEST_NOTHING;
    char prefix[1024], folder[1024];
    pt_code code = PT_OK;
    for (int back = 0; code == PT_OK && back < 2; back++) {
        if (!sink_hour_prefix(a->sink, row->topic, now_ms - back * (int64_t)HOUR_MS, prefix,
                              sizeof prefix))
            break;
        newest = (struct newest)NEWEST_NOTHING;
        code = newest_in_folder(lister, a->sink, prefix, row->topic, row->partition, end_of(row),
                                &newest, err);
        if (code != PT_OK || newest.offset >= 0 || !newest.is_sure)
            break;
    }
    if (code == PT_OK && newest.offset < 0 && lister->calls > 1) {
        bool is_sure;
        snprintf(prefix, sizeof prefix, "%s%s%s%s", a->sink->topics_dir, a->sink->delim, row->topic,
                 a->sink->delim);
        code = newest_folder(lister, prefix, a->sink->delim, folder, sizeof folder, &is_sure, err);
        newest = (struct newest)NEWEST_NOTHING;
        newest.is_sure = is_sure && folder[0] == '\0';
        if (code == PT_OK && is_sure && folder[0] != '\0')
            code = newest_in_folder(lister, a->sink, folder, row->topic, row->partition,
                                    end_of(row), &newest, err);
    }
    if (code == PT_OK)
        objects_keep(a, row, &newest);
    return code;
}

/* Round robin over the partitions. */
static pt_code ask_rows(struct asking *a, struct conn_rows *rows, int calls, size_t *turn,
                        struct pt_error *err)
{
    pt_code code = PT_OK;
    struct newest_lister lister = {.arg = a, .list = objects_list, .calls = calls};
    a->has_room = 2 * rows->n <= (size_t)calls;
    for (size_t n = 0; code == PT_OK && n < rows->n && lister.calls > 0; n++) {
        struct conn_row *row = &rows->rows[(*turn)++ % rows->n];
        code = a->sink->partitioner == SINK_BY_PARTITION ? objects_by_offset(a, &lister, row, err)
                                                         : by_hour(a, &lister, row, err);
    }
    return code;
}

/* The server did not answer at all, not even with an error. */
static bool is_no_answer(pt_code code)
{
    return code == PT_EUNREACHABLE || code == PT_ETIMEOUT || code == PT_EIO;
}

const struct rule *objects_explain(const struct rule_place *place, const struct pt_error *why,
                                   struct rule_words *words)
{
    char text[PT_WHAT_MAX + PT_REQUEST_ID_MAX + 16];
    snprintf(text, sizeof text, "%s%s%s", why->what,
             why->request_id[0] != '\0' ? " Request ID: " : "", why->request_id);
    return rules_find(text, RULE_API, place, words);
}

/* The meaning of the store's answer, by its error code. A missing bucket or a full store
 * concerns the connector too; pintop's own missing permission does not. */
static void read_refusal(const struct conn *conn, const struct pt_error *why,
                         struct conn_objects *out)
{
    static const char *const for_all[] = {"s3-no-bucket", "s3-bucket-name", "s3-region", "s3-full"};
    struct rule_place place;
    if (why->service_code[0] == '\0') /* without an answer nothing but the store can be blamed */
        return;
    conn_place(conn, &place);
    out->rule = objects_explain(&place, why, &out->words);
    for (size_t i = 0; out->rule != NULL && i < sizeof for_all / sizeof *for_all; i++)
        out->is_telling = out->is_telling || strcmp(out->rule->id, for_all[i]) == 0;
}

/* A bucket name that no URL can hold is reported as S3 would report it; no request is sent. */
pt_code objects_check_bucket(const char *bucket, struct pt_error *why)
{
    if (strpbrk(bucket, " \t\r\n/\\:?#@") == NULL)
        return PT_OK;
    pt_error_set(why, PT_ENOTFOUND, NULL,
                 "S3: InvalidBucketName: The specified bucket is not valid: it contains a blank, a "
                 "slash or a colon");
    text_copy(why->service_code, sizeof why->service_code, "InvalidBucketName");
    return PT_ENOTFOUND;
}

pt_code ask_objects(struct aws_client *client, const struct aws_keys *keys, const struct conn *conn,
                    struct conn_rows *rows, int calls, size_t *turn, struct conn_objects *out,
                    struct pt_error *err)
{
    struct sink sink;
    struct objects_own own = {0};
    struct pt_error why = {0};
    static const char none[PT_STREAMS][PT_TOPIC_MAX];
    sink_read(conn, &sink);
    out->newest_ms = PT_UNKNOWN;
    for (int i = 0; i < PT_STREAMS; i++)
        out->topic_ms[i] = PT_UNKNOWN;
    bool is_own = sink.key_id[0] != '\0' || sink.store_url[0] != '\0';
    pt_code code = objects_check_bucket(sink.bucket, &why);
    if (code == PT_OK && is_own)
        code = objects_own_make(client, &client->net, &sink, &own, &why);
    out->is_as_connector = is_own && own.has_keys;
    struct asking asking = {.client = is_own ? &own.client : client,
                            .keys = own.has_keys ? &own.keys : keys,
                            .bucket = {.name = sink.bucket},
                            .conn = conn,
                            .sink = &sink,
                            .topics = out->topics != NULL ? out->topics : none,
                            .out = out};
    out->is_unsure =
        sink.partitioner == SINK_BY_OTHER; /* by fields: there is no order to search by */
    if (code == PT_OK && (rows->n == 0 || sink.partitioner == SINK_BY_OTHER))
        code = s3_head_bucket(asking.client, asking.keys, &asking.bucket, &why);
    else if (code == PT_OK)
        code = ask_rows(&asking, rows, calls, turn, &why);
    text_copy(out->bucket_region, sizeof out->bucket_region, asking.bucket.region);
    if (out->bucket_region[0] != '\0' && strcmp(out->bucket_region, sink.region) != 0)
        snprintf(out->moved, sizeof out->moved, "s3.region is %.30s, but the bucket is in %.30s",
                 sink.region, out->bucket_region);
    objects_own_done(&own);
    if (code == PT_OK || code == PT_ECANCELLED)
        return code;
    bool is_silent = is_no_answer(code) && why.service_code[0] == '\0' && sink.store_url[0] != '\0';
    read_refusal(conn, &why, out);
    out->is_telling = out->is_telling || out->is_as_connector || code == PT_ENOTFOUND ||
                      (is_no_answer(code) && sink.store_url[0] != '\0');
    const char *reason = strstr(why.what, ": ");
    if (is_silent)
        pt_error_set(err, code, "Start the S3 server, or correct store.url",
                     "the sink's store does not answer: %.200s",
                     reason != NULL ? reason + 2 : why.what);
    else if (err != NULL)
        *err = why;
    return code;
}
